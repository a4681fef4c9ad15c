// A thread of a crew: does the jobs it is given, one after the other.
import { parentPort, workerData } from "node:worker_threads";
import { describeFailure, type CrewMessage, type CrewReply } from "./crew.ts";
import { buffersOf, createDoer, type TaskName, type Tasks } from "./tasks.ts";

const { task, settings } = workerData as { readonly task: TaskName; readonly settings: Tasks[TaskName]["settings"] };
const doer = createDoer(task, settings);

parentPort?.on("message", (message: CrewMessage) => {
  try {
    const result = "job" in message ? doer.work(message.job as never) : doer.part();
    parentPort?.postMessage({ result } satisfies CrewReply, "job" in message ? buffersOf(result) : []);
  } catch (thrown) {
    parentPort?.postMessage(describeFailure(thrown));
  }
});
