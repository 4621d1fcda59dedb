import { createRequire as makeRequire } from 'node:module';const require = makeRequire(import.meta.url);
import{COMMENT,intakeStep}from"./chunk-KSCEU5XU.mjs";import"./chunk-J3KE6OMG.mjs";import"./chunk-TYRDVVOT.mjs";import"./chunk-ZIXE7AMD.mjs";import"./chunk-FGODLSWH.mjs";import"./chunk-EOJQWFAA.mjs";import"./chunk-P46YWFC3.mjs";import"./chunk-LC7QLYDX.mjs";export{COMMENT,intakeStep};
