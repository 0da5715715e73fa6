// BullMQ over Redis: a job for each id, and one worker with a limiter; see driving.py for what is read and printed.
//
// A job of a killed worker goes back to those that wait at the second check after its lock has expired. By default
// both take 30 seconds, and a job that stalls twice fails; here they take 2, and it may stall as often as it does.

import { createInterface } from "node:readline";
import { Queue, Worker } from "bullmq";
import IORedis from "ioredis";

const { LIMIT, INTERVAL, UPSTREAM, STORE } = process.env;
const max = Number(LIMIT);
const connection = new IORedis(STORE, { maxRetriesPerRequest: null });

async function call(job) {
  const answer = await fetch(UPSTREAM.replace("{id}", job.data.id));
  await answer.text();
}

function work() {
  const worker = new Worker("peers", call, {
    connection,
    concurrency: max,
    limiter: { max, duration: 1000 * Number(INTERVAL) },
    lockDuration: 2000,
    stalledInterval: 2000,
    maxStalledCount: 1000,
  });
  worker.on("error", (error) => console.error(error));
}

async function submit() {
  const queue = new Queue("peers", { connection });
  for await (const line of createInterface({ input: process.stdin })) {
    for (const id of line.split(" ").map(Number)) {
      await queue.add("call", { id });
      console.log(id);
    }
  }
  await queue.close();
  connection.disconnect();
}

await (process.argv[2] === "work" ? work() : submit());
