import { createRequire as makeRequire } from 'node:module';const require = makeRequire(import.meta.url);
import{randomUUID}from"node:crypto";process.removeAllListeners("warning");process.stdout.write(`autopilot ${process.env.INPUT_STEP??""}
`);var token=randomUUID();process.stdout.write(`::stop-commands::${token}
`);var ended;try{let{runStep}=await import("./steps-TIYKEAZ3.mjs");ended=await runStep(process.env)}finally{process.stdout.write(`::${token}::
`)}var{report}=await import("./report-4SVIB54D.mjs");process.exitCode=await report(ended);
