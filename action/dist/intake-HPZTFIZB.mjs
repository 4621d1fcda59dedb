import { createRequire as makeRequire } from 'node:module';const require = makeRequire(import.meta.url);
import{COMMENT,intakeStep}from"./chunk-V2IC6LXW.mjs";import"./chunk-PNFKRSJ6.mjs";import"./chunk-FHXZGGRK.mjs";import"./chunk-SLWAACFS.mjs";import"./chunk-IF234YZY.mjs";import"./chunk-Z4YVIHEP.mjs";import"./chunk-P46YWFC3.mjs";import"./chunk-LC7QLYDX.mjs";export{COMMENT,intakeStep};
