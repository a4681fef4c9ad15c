import type { RefusedFact } from "./facts.ts";
import type { RefusedGlobal } from "./pickle/machine.ts";
import { toPlain } from "./pickle/plain.ts";

/** Modules through which a pickle that is loaded in Python can do harm; `builtins` by what it takes for that. */
const DANGEROUS = /^(?:os|posix|nt|posixpath|subprocess|pty|sys|socket|shutil|runpy|importlib|ctypes|multiprocessing|commands|popen2|webbrowser|urllib|requests|http|asyncio|code|codeop|pickle|_pickle|dill|cloudpickle|marshal|types|functools|operator|_operator|pip|pydoc|timeit|bdb|pdb|cProfile|tempfile|io|_io|torch\.(?:hub|jit|storage|serialization|_dynamo|utils\.(?:cpp_extension|collect_env)))(?:\.|$)/;
const DANGEROUS_BUILTINS = new Set(["eval", "exec", "compile", "open", "getattr", "setattr", "delattr", "__import__", "apply", "execfile", "input", "globals", "locals", "vars", "breakpoint", "map", "filter"]);

const MOST_LISTED = 10_000;

/** The dangerous first, then by how often. */
export function describeRefused(refused: readonly RefusedGlobal[]): readonly RefusedFact[] {
  return refused
    .slice(0, MOST_LISTED)
    .map(({ type: { module, name }, calls, references, args }): RefusedFact => ({
      name: `${module}${module === "" ? "" : "."}${name}`,
      count: calls > 0 ? calls : references,
      ...(args !== undefined && { args: toPlain(args, { most: 50, deepest: 6, longest: 300 }) }),
      dangerous: module === "builtins" || module === "__builtin__" ? DANGEROUS_BUILTINS.has(name) : DANGEROUS.test(module),
    }))
    .sort((a, b) => Number(b.dangerous) - Number(a.dangerous) || b.count - a.count);
}
