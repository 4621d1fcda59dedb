import { createRequire as makeRequire } from 'node:module';const require = makeRequire(import.meta.url);
import{COMMENT,intakeStep}from"./chunk-OAHJO2PR.mjs";import"./chunk-MC4YWIJD.mjs";import"./chunk-TYRDVVOT.mjs";import"./chunk-Y7PSHC2I.mjs";import"./chunk-FGODLSWH.mjs";import"./chunk-EOJQWFAA.mjs";import"./chunk-P46YWFC3.mjs";import"./chunk-LC7QLYDX.mjs";export{COMMENT,intakeStep};
