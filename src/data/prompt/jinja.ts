// Jinja that ends: a chat template comes from strangers, so that what it may compute, build and read is bounded. The bounds count work, not
// time: a template that is refused on one machine is refused on every machine.
import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import { strftime } from "./strftime.ts";
import { readTextCall } from "./text-methods.ts";

interface Statement {
  readonly type: string;
}

/** Text, number, list of values, or a map of them. */
interface RuntimeValue {
  readonly value: unknown;
}

/** What is used of the library's interpreter; the declarations it ships name files without their endings, so that no compiler finds them. */
interface InterpreterLike {
  run(program: unknown): RuntimeValue;
  evaluate(statement: Statement | undefined, environment: unknown): RuntimeValue;
}
const LibraryInterpreter = Interpreter as unknown as new (environment: unknown) => InterpreterLike;

/** Expressions and statements that one rendering may evaluate, and rounds of its loops; a conversation of 1,000 turns takes about 100,000. */
const MOST_STEPS = 500_000;
/** UTF-16 units of any text a template builds. */
const MOST_TEXT = 2 ** 22;
/** Members of any list a template builds, those of inner lists included. */
const MOST_MEMBERS = 2 ** 14;

/** What an evaluated list or text costs in steps beside the one for itself: what is done with it next may look at all of it. */
const MEMBERS_A_STEP = 8;
/** A round of a loop makes a scope of its own. */
const STEPS_A_ROUND = 4;
const TEXT_A_STEP = 256;

/** Names by which Python's and JavaScript's objects give away what they are made of. */
const FORBIDDEN = /^(?:__.*|constructor|prototype)$/;

/** A template that was read and can be rendered. */
export interface CompiledTemplate {
  /**
   * The text of the template with these variables, `undefined` ones left out.
   * @throws Error saying what the template says is wrong, or what it does that no template may
   */
  render(variables: Readonly<Record<string, unknown>>): string;
}

/** Reads a template as transformers does: blocks lose the newline after and the spaces before them. @throws SyntaxError naming what cannot be read */
export function compileJinja(source: string): CompiledTemplate {
  const program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
  return {
    render(variables) {
      const environment = new Environment();
      for (const [name, value] of Object.entries({ ...GLOBALS, ...variables })) if (value !== undefined) environment.set(name, value);
      return String(new BoundedInterpreter(environment).run(program).value);
    },
  };
}

/** What every template may use, as transformers gives it. The date is always the one Llama's own templates fall back to, for a training must render the same tomorrow. */
const GLOBALS: Readonly<Record<string, unknown>> = {
  true: true, false: false, none: null, True: true, False: false, None: null,
  raise_exception: (message: unknown) => {
    throw new Error(String(message));
  },
  range: boundedRange,
  strftime_now: (format: unknown) => strftime(String(format), 2024, 7, 26),
};

/** @throws RangeError past {@link MOST_MEMBERS} */
function boundedRange(first: number, second?: number, step = 1): readonly number[] {
  const [from, to] = second === undefined ? [0, first] : [first, second];
  const count = Math.max(0, Math.ceil((to - from) / step));
  if (!(count <= MOST_MEMBERS)) throw new RangeError(`range() has ${count} members, at most ${MOST_MEMBERS} are allowed`);
  return Array.from({ length: count }, (_, index) => from + index * step);
}

/** Evaluates as its parent does, and counts. */
class BoundedInterpreter extends LibraryInterpreter {
  #steps = 0;
  readonly #members = new WeakMap<object, number>();
  readonly #looped = new WeakSet<object>();

  override evaluate(statement: Statement | undefined, environment: unknown): RuntimeValue {
    this.#spend(1);
    if (statement?.type === "MemberExpression") requireHarmless(statement);
    if (statement?.type === "For") this.#looped.add((statement as Statement & { readonly iterable: object }).iterable);
    const result = (statement && this.#callText(statement, environment)) ?? super.evaluate(statement, environment);
    const { value } = result;
    if (typeof value === "string") {
      if (value.length > MOST_TEXT) throw new RangeError(`it builds a text of ${value.length} characters, at most ${MOST_TEXT} are allowed`);
      this.#spend(value.length / TEXT_A_STEP);
    } else if (typeof value === "object" && value !== null) {
      const members = this.#countMembers(result);
      if (members > MOST_MEMBERS) throw new RangeError(`it builds a list of more than ${MOST_MEMBERS} members`);
      this.#spend(statement !== undefined && this.#looped.has(statement) ? members * STEPS_A_ROUND : members / MEMBERS_A_STEP);
    }
    return result;
  }

  /** Answers a method of a text as Python does, where the library does not; undefined for everything else. */
  #callText(statement: Statement, environment: unknown): RuntimeValue | undefined {
    const call = readTextCall(statement);
    if (call === undefined) return undefined;
    const { value } = this.evaluate(call.on, environment);
    if (typeof value !== "string") return undefined;
    const given = call.given.map((argument) => this.evaluate(argument, environment).value);
    return super.evaluate({ type: "StringLiteral", value: call.answer(value, given) } as Statement, environment);
  }

  #spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MOST_STEPS) throw new RangeError(`it takes more than ${MOST_STEPS} steps`);
  }

  /** Members of a list or mapping and of all within it. Lists that hold one another twice are counted twice, as printing them would. */
  #countMembers(container: RuntimeValue): number {
    const known = this.#members.get(container);
    if (known !== undefined) return known;
    const { value } = container;
    const inner: readonly RuntimeValue[] = Array.isArray(value) ? (value as RuntimeValue[]) : value instanceof Map ? [...(value as Map<string, RuntimeValue>).values()] : [];
    // A namespace that holds itself counts as nothing while it is counted.
    this.#members.set(container, 0);
    const count = inner.reduce((sum, member) => sum + 1 + (isContainer(member) ? this.#countMembers(member) : 0), 0);
    this.#members.set(container, count);
    return count;
  }
}

function isContainer(value: RuntimeValue): boolean {
  return typeof value.value === "object" && value.value !== null;
}

/** @throws Error as the sandbox of Python's jinja2 does */
function requireHarmless(statement: Statement): void {
  const { property } = statement as Statement & { readonly property?: { readonly type?: string; readonly value?: unknown } };
  if (typeof property?.value === "string" && FORBIDDEN.test(property.value)) throw new Error(`it reads the attribute ${property.value}, which no template may`);
}
