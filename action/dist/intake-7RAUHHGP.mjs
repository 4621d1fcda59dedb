import { createRequire as makeRequire } from 'node:module';const require = makeRequire(import.meta.url);
import{COMMENT,intakeStep}from"./chunk-DXPIXHT4.mjs";import"./chunk-ZFXG73SI.mjs";import"./chunk-GGG4BENR.mjs";import"./chunk-EQJSCY6W.mjs";import"./chunk-RJRVEADH.mjs";import"./chunk-Z4YVIHEP.mjs";import"./chunk-P46YWFC3.mjs";import"./chunk-LC7QLYDX.mjs";export{COMMENT,intakeStep};
