import type { IsolatedContext } from "../engine/ffi/index.ts";
import type { TrainingModel, TrainingRow } from "../engine/models/index.ts";
import { createClock } from "./clock.ts";
import { diverged } from "./errors.ts";
import type { TrainingEvent, TrainingOutcome } from "./events.ts";
import { openJournal, type JournalParts } from "./journal.ts";
import type { TrainingRequest } from "./request.ts";
import { learningRateAt, type ScheduleOptions } from "./schedule.ts";
import type { TrainerState } from "./state.ts";
import type { ThreadTuner } from "./thread-tuner.ts";
import { evaluateRows, trainWindow, type SplitLoss } from "./window-step.ts";
import { createWindows, stepsPerEpoch, totalSteps, type WindowPlan } from "./windows.ts";

interface LoopParts extends Pick<JournalParts, "pinnedNow"> {
  readonly request: TrainingRequest;
  readonly model: TrainingModel;
  readonly plan: WindowPlan;
  readonly train: readonly TrainingRow[];
  /** Rows, or sequences that they are packed into. */
  readonly validation: readonly TrainingRow[];
  readonly validationRows: number;
  readonly architecture: string;
  readonly restored: TrainerState | undefined;
  readonly context: IsolatedContext<TrainingEvent>;
  /** Sets how many threads compute, and who decides. Default: nobody. */
  readonly threads?: { readonly set: (count: number) => void; readonly tuner: ThreadTuner };
}

/** One step may be lost to an overflow; so many in a row mean that the model itself is broken. */
const MOST_LOST_STEPS = 10;

/** Trains from where `restored` stands to the end of the plan, or until the signal, which saves before it returns. @throws `training.diverged` */
export async function trainLoop({ request, model, plan, train, validation, validationRows, architecture, restored, context, threads, pinnedNow }: LoopParts): Promise<TrainingOutcome> {
  const { config } = request;
  const steps = totalSteps(plan);
  const windowAt = createWindows(plan, train);
  const schedule: ScheduleOptions = { scheduler: config.lr_scheduler, peak: config.learning_rate, warmupRatio: config.warmup_ratio, totalSteps: steps };
  const journal = openJournal({ request, model, architecture, stepsPerEpoch: stepsPerEpoch(plan), totalSteps: steps, validationRows, restored, context, pinnedNow });
  let measuredAt: { readonly step: number; readonly measured: SplitLoss } | undefined;
  const evaluate = async (step: number) => {
    if (validation.length === 0) return undefined;
    const measured = await evaluateRows(model, validation, config.batch_size);
    if (!Number.isFinite(measured.evalLoss)) throw diverged(step, `the validation loss is ${measured.evalLoss}`);
    measuredAt = { step, measured };
    journal.noteEvaluation(step, measured);
    return measured;
  };

  const clock = createClock(steps);
  let lostSteps = 0;
  if (restored === undefined) await evaluate(0);
  clock.resume();
  for (let step = restored?.global_step ?? 0; step < steps; step += 1) {
    if (context.signal.aborted) {
      if (journal.savedStep !== step && step > 0) await journal.save(step, measuredAt?.step === step ? measuredAt.measured : undefined);
      return journal.outcome("stopped", step);
    }
    const window = windowAt(step);
    const learningRate = learningRateAt(step, schedule);
    threads?.set(threads.tuner.next());
    const from = performance.now();
    const result = await trainWindow(model, window, config.seed, learningRate, config.max_grad_norm);
    threads?.tuner.note((1000 * window.tokens) / (performance.now() - from));
    const done = step + 1;
    lostSteps = result.taken && Number.isFinite(result.loss) ? 0 : lostSteps + 1;
    if (lostSteps === MOST_LOST_STEPS) throw diverged(done, `loss or gradients of ${MOST_LOST_STEPS} steps in a row are not finite`);
    journal.noteStep(done, learningRate, window.tokens, result, clock.tick(done, window.tokens));

    const mustSave = done % config.save_steps === 0 || done === steps;
    const measured = mustSave || done % config.eval_steps === 0 ? await evaluate(done) : undefined;
    if (mustSave) await journal.save(done, measured);
    clock.resume();
  }
  return journal.outcome("finished", steps);
}
