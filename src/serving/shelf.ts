// The models of one server by name. A model can be exchanged while it is asked: the new one is opened beside it, takes its name, and the old
// one is closed when its last answer is out.
import { modelUnknown, noModel, servingClosed } from "./errors.ts";
import { identityHeaders, modelId, type ModelIdentity } from "./identity.ts";
import type { ModelTask } from "./host-messages.ts";
import type { ServableModel } from "./servable.ts";

/** A model that was found and not yet loaded. */
export interface FoundModel {
  readonly identity: ModelIdentity;
  open(): Promise<ServableModel>;
}

export interface ShelfPlace {
  /** The name it keeps whatever stands there. Default: the model's own. */
  readonly name?: string;
  /** Looks up what a person wrote: a version, a path. Asked again at every reload. @throws what was not found */
  readonly find: (source: string) => Promise<FoundModel>;
  readonly source: string;
}

/** A model in use: give it back. */
export interface Loan {
  readonly model: ServableModel;
  release(): void;
}

export interface Reloaded {
  readonly before: ModelIdentity;
  readonly after: ModelIdentity;
  readonly changed: boolean;
}

export interface ModelShelf {
  readonly models: readonly ServableModel[];
  /** By name, version or `name@version`; without a name, the first that does the task. @throws `serving.model_unknown`, `serving.no_model`, `serving.closed` */
  borrow(task: ModelTask, name?: string): Loan;
  /** By name, version or `name@version`. @throws `serving.model_unknown` */
  find(name: string): ServableModel;
  /** The headers of the first model. */
  headers(): Readonly<Record<string, string>>;
  /**
   * Looks every model up again, or one, from another source where one is given, and exchanges those whose weights are others.
   * @throws what cannot be found or opened; the model that stood there goes on
   */
  reload(name?: string, source?: string): Promise<readonly Reloaded[]>;
  close(): Promise<void>;
}

interface Shelved {
  readonly place: ShelfPlace;
  source: string;
  model: ServableModel;
  loans: number;
}

/** Finds and loads every model, one after the other. @throws what the first that fails throws */
export async function openShelf(places: readonly [ShelfPlace, ...ShelfPlace[]]): Promise<ModelShelf> {
  const shelved: Shelved[] = [];
  const retired = new Set<Promise<void>>();
  let closed = false;
  let reloading: Promise<unknown> = Promise.resolve();
  // Read for every answer, changed by an exchange.
  let shown: readonly ServableModel[] | undefined;
  let headers: Readonly<Record<string, string>> | undefined;

  try {
    for (const place of places) shelved.push({ place, source: place.source, model: await openAt(place, await place.find(place.source)), loans: 0 });
  } catch (thrown) {
    await Promise.all(shelved.map(({ model }) => model.pool.close()));
    throw thrown;
  }
  const answersTo = ({ model: { identity } }: Shelved, name: string) => [identity.name, identity.version, modelId(identity)].includes(name);
  const indexOf = (name: string): number => {
    const index = shelved.findIndex((one) => answersTo(one, name));
    if (index === -1) throw modelUnknown(name, shelved.map(({ model }) => modelId(model.identity)));
    return index;
  };
  /** The loans of an entry stay its own when another takes its place. */
  const exchange = async (index: number, source: string): Promise<Reloaded> => {
    const old = shelved[index]!;
    const found = await old.place.find(source);
    const before = old.model.identity;
    if (found.identity.digest === before.digest && found.identity.version === before.version) return { before, after: before, changed: false };
    const model = await openAt(old.place, found);
    if (closed) {
      await model.pool.close();
      throw servingClosed();
    }
    shelved[index] = { place: old.place, source, model, loans: 0 };
    shown = headers = undefined;
    retire(old);
    return { before, after: model.identity, changed: true };
  };
  const waitingToClose = new Map<Shelved, () => void>();
  const retire = (old: Shelved) => {
    const idle = old.loans === 0 ? Promise.resolve() : new Promise<void>((resolve) => waitingToClose.set(old, resolve));
    const done: Promise<void> = idle.then(() => old.model.pool.close()).finally(() => retired.delete(done));
    retired.add(done);
  };
  return {
    get models() {
      return (shown ??= shelved.map(({ model }) => model));
    },
    borrow(task, name) {
      if (closed) throw servingClosed();
      const one = name === undefined ? shelved.find(({ model }) => model.pool.info.tasks.includes(task)) : shelved[indexOf(name)]!;
      if (one === undefined || !one.model.pool.info.tasks.includes(task)) throw noModel(task, name);
      one.loans += 1;
      let released = false;
      return {
        model: one.model,
        release() {
          if (released) return;
          released = true;
          one.loans -= 1;
          if (one.loans === 0) waitingToClose.get(one)?.();
        },
      };
    },
    find: (name) => shelved[indexOf(name)]!.model,
    headers: () => (headers ??= identityHeaders(shelved[0]!.model.identity)),
    reload(name, source) {
      const work = reloading.then(async () => {
        if (closed) throw servingClosed();
        const indices = name === undefined ? shelved.map((_, index) => index) : [indexOf(name)];
        const reloaded: Reloaded[] = [];
        for (const index of indices) reloaded.push(await exchange(index, source ?? shelved[index]!.source));
        return reloaded;
      });
      reloading = work.catch(() => {});
      return work;
    },
    async close() {
      closed = true;
      await Promise.all([...shelved.map(({ model }) => model.pool.close()), ...retired]);
    },
  };
}

async function openAt({ name }: ShelfPlace, found: FoundModel): Promise<ServableModel> {
  const model = await found.open();
  return name === undefined ? model : { ...model, identity: { ...model.identity, name } };
}
