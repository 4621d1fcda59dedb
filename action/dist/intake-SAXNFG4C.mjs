import { createRequire as makeRequire } from 'node:module';const require = makeRequire(import.meta.url);
import{COMMENT,intakeStep}from"./chunk-EXHWVCZ5.mjs";import"./chunk-76DCVGHD.mjs";import"./chunk-AFOLAYBC.mjs";import"./chunk-BKZXQ7Y6.mjs";import"./chunk-SOAF3LQD.mjs";import"./chunk-EOJQWFAA.mjs";import"./chunk-P46YWFC3.mjs";import"./chunk-LC7QLYDX.mjs";export{COMMENT,intakeStep};
