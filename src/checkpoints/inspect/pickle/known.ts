// The names this project imitates: what Python would have made of them, as plain data. Sources: torch/_utils.py, torch/serialization.py,
// numpy/_core/src/multiarray, Lib/pickle.py, Lib/datetime.py. A name that is called with arguments it does not take is not imitated.
import { bytesOf, decodeDate, decodeDelta, decodeTime } from "./dates.ts";
import { dtypeCode, emptyArray, frombuffer, scalarOf } from "./numpy.ts";
import { makeTensor, STORAGE_DTYPES, TORCH_DTYPES } from "./tensors.ts";
import { isNode, itemsOf, type PickleDict, type PickleGlobal, type PickleValue } from "./value.ts";

type Imitation = (args: readonly PickleValue[]) => PickleValue | undefined;

const list: Imitation = ([values]) => ({ kind: "list", items: [...itemsOf(values)] });
const set: Imitation = ([values]) => ({ kind: "set", items: [...itemsOf(values)] });
const namespace: Imitation = () => ({ kind: "dict", entries: [], attributes: true });
const text: Imitation = ([value]) => (typeof value === "string" ? value : undefined);
const numpyScalar: Imitation = ([type, content]) => scalarOf(type, content);
const joinPath =
  (separator: string): Imitation =>
  (parts) =>
    parts.length <= 100 && parts.every((part) => typeof part === "string" && part.length <= 1000) ? parts.join(separator).replace(/^\/\//, "/") || "." : undefined;

const dict: Imitation = ([values]) => {
  const entries = isNode(values, "dict") ? values.entries : itemsOf(values).map((pair) => itemsOf(pair) as [PickleValue, PickleValue]);
  return entries.every(({ length }) => length === 2) ? ({ kind: "dict", entries: entries.slice() } satisfies PickleDict) : undefined;
};

/** `defaultdict(factory, entries)`: the factory is dropped. */
const defaultdict: Imitation = ([, values]) => dict(values === undefined ? [] : [values]);

const builtins: Readonly<Record<string, Imitation>> = {
  list, set, frozenset: set, dict,
  tuple: ([values]) => ({ kind: "tuple", items: [...itemsOf(values)] }),
  bytearray: ([value, encoding]) => (value === undefined ? { kind: "bytes", sizeBytes: 0 } : encoding === undefined && isNode(value, "bytes") ? value : latin1(value)),
  bytes: ([value]) => (value === undefined ? { kind: "bytes", sizeBytes: 0 } : isNode(value, "bytes") ? value : undefined),
  complex: (args) => (args.length > 2 || args.some((part) => typeof part !== "number") ? undefined : { kind: "mark", text: `(${args.join(" + ")}i)` }),
  slice: (args) => ({ kind: "tuple", items: [...args] }),
  range: (args) => ({ kind: "tuple", items: [...args] }),
};

function latin1(value: PickleValue | undefined): PickleValue | undefined {
  if (typeof value !== "string") return undefined;
  const content = Uint8Array.from(value, (letter) => letter.charCodeAt(0));
  return { kind: "bytes", sizeBytes: content.length, content };
}

const under = (modules: readonly string[], table: Readonly<Record<string, Imitation>>): readonly (readonly [string, Imitation])[] =>
  modules.flatMap((module) => Object.entries(table).map(([name, imitation]) => [`${module}.${name}`, imitation] as const));

const KNOWN: ReadonlyMap<string, Imitation> = new Map([
  ...under(["builtins", "__builtin__"], builtins),
  ...under(["collections"], { OrderedDict: dict, defaultdict, Counter: dict, deque: list }),
  ...under(["_codecs"], { encode: ([value]) => latin1(value) }),
  ...under(["copyreg", "copy_reg"], { _reconstructor: ([type, , state]) => (isNode(type, "global") ? imitateCall(type, state === null || state === undefined ? [] : [state]) : undefined) }),
  ...under(["argparse"], { Namespace: namespace }),
  ...under(["types"], { SimpleNamespace: namespace }),
  ...under(["lightning_fabric.utilities.data", "lightning.fabric.utilities.data", "pytorch_lightning.utilities.parsing", "lightning.pytorch.utilities.parsing", "lightning_utilities.core.attribute_dict"], { AttributeDict: dict }),
  ...under(["easydict"], { EasyDict: dict }),
  ...under(["addict.addict"], { Dict: dict }),
  ...under(["datetime"], { datetime: ([value]) => decodeTime(bytesOf(value)), date: ([value]) => decodeDate(bytesOf(value)), timedelta: (args) => decodeDelta(args), timezone: () => "UTC" }),
  ...under(["pathlib", "pathlib._local"], { PosixPath: joinPath("/"), PurePosixPath: joinPath("/"), Path: joinPath("/"), WindowsPath: joinPath("\\"), PureWindowsPath: joinPath("\\") }),
  ...under(["decimal"], { Decimal: text }),
  ...under(["fractions"], { Fraction: text }),
  ...under(["numpy.core.multiarray", "numpy._core.multiarray"], { scalar: numpyScalar, _reconstruct: ([type]) => (isNode(type, "global") && type.name === "ndarray" ? emptyArray() : undefined) }),
  ...under(["numpy.core.numeric", "numpy._core.numeric"], { _frombuffer: (args) => frombuffer(args) }),
  ...under(["numpy"], { dtype: ([code]) => (typeof code === "string" ? { kind: "mark", text: `dtype ${dtypeCode(code)}` } : undefined) }),
  ...under(["torch"], { Size: ([sizes]) => ({ kind: "tuple", items: [...itemsOf(sizes)] }), device: ([type, index]) => (typeof type === "string" ? (typeof index === "number" ? `${type}:${index}` : type) : undefined) }),
  ...under(["torch.serialization"], { _get_layout: text }),
  ...under(["torch._utils"], {
    _rebuild_tensor: (args) => makeTensor(args[0], args[1], args[2], args[3]),
    _rebuild_tensor_v2: (args) => makeTensor(args[0], args[1], args[2], args[3]),
    _rebuild_tensor_v3: (args) => makeTensor(args[0], args[1], args[2], args[3], args[6]),
    _rebuild_qtensor: (args) => makeTensor(args[0], args[1], args[2], args[3]),
    _rebuild_meta_tensor_no_storage: (args) => makeTensor(null, 0, args[1], args[2], args[0]),
    _rebuild_parameter: ([tensor]) => (isNode(tensor, "tensor") ? tensor : undefined),
    _rebuild_parameter_with_state: ([tensor]) => (isNode(tensor, "tensor") ? tensor : undefined),
  }),
  ...under(["torch._tensor"], { _rebuild_from_type_v2: ([make, , args]) => (isNode(make, "global") ? imitateCall(make, itemsOf(args)) : undefined) }),
  ...under(["torch.nn.parameter"], { Parameter: ([tensor]) => (isNode(tensor, "tensor") ? tensor : undefined) }),
]);

/** Classes whose objects are read as their content, and names that mean only themselves. */
const HARMLESS = /^(?:omegaconf\.(?:dictconfig\.DictConfig|listconfig\.ListConfig|base\.(?:Metadata|ContainerMetadata|SCMode)|nodes\.\w+)|typing\.\w+|numpy\.(?:ndarray|dtypes?(?:\.\w+)?|(?:float|int|uint|bool|complex|str|bytes)\d*_?)|(?:builtins|__builtin__)\.(?:object|int|long|float|str|bool|complex|NoneType)|torch\.Tensor|copyreg\.__newobj__|_codecs\.encode|numpy\.random\.\w+)$/;

/** What Python would have made of the call, or undefined for what is not imitated. */
export function imitateCall(callee: PickleGlobal, args: readonly PickleValue[]): PickleValue | undefined {
  return KNOWN.get(`${callee.module}.${callee.name}`)?.(args);
}

/** Whether a name may stand in a checkpoint without being listed as refused. */
export function isHarmless({ module, name }: PickleGlobal): boolean {
  const path = `${module}.${name}`;
  return KNOWN.has(path) || HARMLESS.test(path) || (module === "torch" && TORCH_DTYPES.has(name)) || STORAGE_DTYPES.has(name) && /^torch(?:\.cuda|\.storage)?$/.test(module);
}

export { storageOf } from "./tensors.ts";
