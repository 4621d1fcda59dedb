import { createRequire as makeRequire } from 'node:module';const require = makeRequire(import.meta.url);
import{COMMENT,intakeStep}from"./chunk-WA3JCIWH.mjs";import"./chunk-NUQ7JAKB.mjs";import"./chunk-C525UU52.mjs";import"./chunk-KZIAYIMK.mjs";import"./chunk-RYO7P5MH.mjs";import"./chunk-Z4YVIHEP.mjs";import"./chunk-P46YWFC3.mjs";import"./chunk-LC7QLYDX.mjs";export{COMMENT,intakeStep};
