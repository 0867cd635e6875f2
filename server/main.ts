import { runServer } from './program.ts';

/* The server as a program of its own; `stele serve` is the same. */

await runServer(process.argv.slice(2));
