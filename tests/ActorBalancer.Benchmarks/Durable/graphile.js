// The two halves of a measurement of graphile-worker. Jobs are added in arrays, as its documentation advises for many:
//   node graphile.js add CONNECTION JOBS
// and run until standard input closes. It prints a line "0 0" when it is ready, and "jobs checksum" whenever the numbers have changed:
//   node graphile.js run CONNECTION default|tuned
"use strict";
const { makeWorkerUtils, run, Logger } = require("graphile-worker");

const size = 100;
const batch = 1000;
const logger = new Logger(() => (level, message) => {
  if (level === "error") process.stderr.write(message + "\n");
});

// As the benchmark makes it for peers that take text, see PeerPayload.
function payload(number) {
  let text = "";
  let x = number | 0;
  while (text.length < size) {
    x = (Math.imul(x, 1664525) + 1013904223) | 0;
    text += (x >>> 0).toString(16).padStart(8, "0");
  }
  return text.slice(0, size);
}

function checksum(text) {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return hash >>> 0;
}

async function add(connectionString, jobs) {
  const utils = await makeWorkerUtils({ connectionString, logger });
  for (let from = 0; from < jobs; from += batch) {
    const specs = [];
    for (let n = from; n < Math.min(jobs, from + batch); n++) {
      specs.push({ identifier: "hash", payload: { number: n, text: payload(n) } });
    }
    await utils.addJobs(specs);
  }
  await utils.release();
}

async function work(connectionString, mode) {
  let jobs = 0;
  let sum = 0;
  let told = 0;
  const hash = (job) => {
    // Numbers in JavaScript are exact up to 2^53.
    sum = (sum + checksum(job.text)) % 0x100000000;
    jobs++;
  };
  const tuned = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
  const runner = await run({
    connectionString,
    logger,
    noHandleSignals: true,
    taskList: { hash },
    preset: { worker: { concurrentJobs: 24, ...(mode === "tuned" ? tuned : {}) } },
  });
  process.stdout.write("0 0\n");
  const timer = setInterval(() => {
    if (jobs !== told) process.stdout.write(`${(told = jobs)} ${sum}\n`);
  }, 10);
  process.stdin.on("end", async () => {
    clearInterval(timer);
    await runner.stop();
    process.exit(0);
  });
  process.stdin.resume();
}

const [verb, connection, argument] = process.argv.slice(2);
(verb === "add" ? add(connection, Number(argument)) : work(connection, argument)).catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
