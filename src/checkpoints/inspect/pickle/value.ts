// What a pickle says, as inert values. Nothing of it is ever called: an object of an unknown class is a node with its arguments and state.

export type PickleValue = null | boolean | number | bigint | string | PickleNode;

export type PickleNode = PickleBytes | PickleSequence | PickleDict | PickleGlobal | PickleObject | PickleStorage | PickleTensor | PickleArray | PickleMark;

/** `content` is absent when there is too much of it; `text` when it was text. */
export interface PickleBytes {
  readonly kind: "bytes";
  readonly sizeBytes: number;
  readonly content?: Uint8Array;
  readonly text?: true;
}

export interface PickleSequence {
  readonly kind: "list" | "tuple" | "set";
  readonly items: PickleValue[];
}

/** A later entry of the same key replaces the earlier one. */
export interface PickleDict {
  readonly kind: "dict";
  entries: [PickleValue, PickleValue][];
  /** Attributes become entries: a namespace. */
  readonly attributes?: true;
}

/** A name that was looked up: a class or a function, never resolved. */
export interface PickleGlobal {
  readonly kind: "global";
  readonly module: string;
  readonly name: string;
}

/** Something made by a class or function this project does not imitate. */
export interface PickleObject {
  readonly kind: "object";
  readonly type: PickleGlobal;
  readonly args: PickleValue;
  readonly items: PickleValue[];
  readonly entries: [PickleValue, PickleValue][];
  state?: PickleValue;
}

/** A piece of memory that stands outside the pickle. */
export interface PickleStorage {
  readonly kind: "storage";
  readonly key: string;
  readonly dtype: string;
  readonly location: string;
  readonly elements: number;
  /** Elements before this view of the storage. */
  readonly start: number;
}

/** `shape` in elements, `offset` and `stride` in elements of the storage. */
export interface PickleTensor {
  readonly kind: "tensor";
  readonly storage: PickleStorage | undefined;
  readonly dtype: string;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

/** A numpy array; `content` while it is small. */
export interface PickleArray {
  readonly kind: "array";
  shape: readonly number[];
  dtype: string;
  content?: Uint8Array;
}

/** Stands for what has no value of its own: a dtype, `NotImplemented`, an outside reference. */
export interface PickleMark {
  readonly kind: "mark";
  text: string;
}

export function isNode<Kind extends PickleNode["kind"]>(value: PickleValue | undefined, kind: Kind): value is PickleNode & { readonly kind: Kind } {
  return typeof value === "object" && value !== null && value.kind === kind;
}

/** Members of a list, tuple or set, else none. */
export function itemsOf(value: PickleValue | undefined): readonly PickleValue[] {
  return typeof value === "object" && value !== null && (value.kind === "list" || value.kind === "tuple" || value.kind === "set") ? value.items : [];
}

/** The value under a text key of a dictionary. */
export function findEntry(value: PickleValue | undefined, key: string): PickleValue | undefined {
  return isNode(value, "dict") ? value.entries.findLast(([name]) => name === key)?.[1] : undefined;
}

/** A whole number that counts exactly. */
export function asCount(value: PickleValue | undefined): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}
