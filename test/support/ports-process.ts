import { freePorts } from "./ports.ts";

// Prints as many ports as it was asked for, and has them until it is killed.
process.stdin.resume();
process.stdout.write(`${JSON.stringify(await freePorts(Number(process.argv[2])))}\n`);
