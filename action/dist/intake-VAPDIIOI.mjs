import { createRequire as makeRequire } from 'node:module';const require = makeRequire(import.meta.url);
import{COMMENT,intakeStep}from"./chunk-R6UA5ME7.mjs";import"./chunk-WVF7S4Q7.mjs";import"./chunk-RCIAL57H.mjs";import"./chunk-K4EZZSAD.mjs";import"./chunk-FEQTNDIB.mjs";import"./chunk-Z4YVIHEP.mjs";import"./chunk-P46YWFC3.mjs";import"./chunk-LC7QLYDX.mjs";export{COMMENT,intakeStep};
