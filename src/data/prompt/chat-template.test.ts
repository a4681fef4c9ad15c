import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { byteTokenizer } from "../../../test/helpers/byte-tokenizer.ts";
import type { Message } from "../row.ts";
import { renderMarked, renderTemplate } from "./chat-template.ts";
import { NAMED_TEMPLATES, type TemplateName } from "./templates.ts";
import type { TextTokenizer } from "./text-tokenizer.ts";

/** Written by scripts/fixtures/write-chat-templates.py: what transformers renders. */
interface Golden {
  readonly templates: Readonly<Record<string, string>>;
  readonly conversations: Readonly<Record<string, readonly Message[]>>;
  readonly cases: readonly { readonly template: string; readonly conversation: string; readonly add_generation_prompt: boolean; readonly text?: string; readonly marked?: readonly string[]; readonly error?: string }[];
}

const golden = JSON.parse(readFileSync(new URL("../../../test/fixtures/chat-templates/golden.json", import.meta.url), "utf8")) as Golden;

/** With the special tokens the golden values were rendered with. */
function tokenizerWith(chatTemplate: string): TextTokenizer {
  return { ...byteTokenizer({ chatTemplate }), tokenText: (id) => (id === 256 ? "<|begin_of_text|>" : "<|eot_id|>") };
}

describe("a chat template", () => {
  it.each(Object.keys(golden.templates))("renders as transformers does (%s)", (name) => {
    const tokenizer = tokenizerWith(golden.templates[name]!);
    const cases = golden.cases.filter(({ template }) => template === name);
    expect(cases).toHaveLength(10);
    for (const { conversation, add_generation_prompt, text, error } of cases) {
      const render = () => renderTemplate(tokenizer, golden.conversations[conversation]!, add_generation_prompt);
      if (text === undefined) expect(render).toThrow(error!);
      else expect(render(), conversation).toBe(text);
    }
  });

  it.each<TemplateName>(["chatml", "llama3"])("called by name renders as the model's own (%s)", (name) => {
    for (const { template, conversation, add_generation_prompt, text } of golden.cases) {
      if (template === name) expect(renderTemplate(tokenizerWith(NAMED_TEMPLATES[name].source), golden.conversations[conversation]!, add_generation_prompt)).toBe(text);
    }
  });

  it("is cut at its generation marks where transformers finds them", () => {
    const marked = golden.cases.filter((one) => one.marked !== undefined);
    expect(marked.length).toBeGreaterThan(8);
    for (const { template, conversation, text, marked: spans } of marked) {
      const parts = renderMarked(tokenizerWith(golden.templates[template]!), golden.conversations[conversation]!)!;
      expect(parts.map((part) => part.text).join("")).toBe(text);
      expect(parts.filter(({ isMarked }) => isMarked).map((part) => part.text)).toEqual(spans);
    }
  });

  it("without marks is not cut", () => {
    expect(renderMarked(tokenizerWith(golden.templates["chatml"]!), golden.conversations["short"]!)).toBeUndefined();
  });
});

describe("a hostile template", () => {
  const grow = (step: string, start = "'aaaaaaaaaa'") => `{% set ns = namespace(s=${start}) %}{% for i in range(60) %}{% set ns.s = ${step} %}{% endfor %}{{ ns.s | tojson }}`;
  it.each([
    ["counts without end", "{% for i in range(1000000000) %}{% endfor %}", "range() has 1000000000 members, at most 16384 are allowed"],
    ["loops in loops", "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}", "it takes more than 500000 steps"],
    ["loops in loops and writes", "{% for i in range(9999) %}{% for j in range(9999) %}x{% endfor %}{% endfor %}", "it takes more than 500000 steps"],
    ["sorts again and again", "{% for i in range(9999) %}{{ range(9999) | sort | length }}{% endfor %}", "it takes more than 500000 steps"],
    ["doubles a text", grow("ns.s ~ ns.s"), "it builds a text of 5242880 characters, at most 4194304 are allowed"],
    ["doubles a list", grow("ns.s + ns.s", "[1]"), "it builds a list of more than 16384 members"],
    ["doubles a nest of lists", grow("[ns.s, ns.s]", "[1]"), "it builds a list of more than 16384 members"],
    ["writes much", `{% for i in range(16000) %}${"x".repeat(300)}{% endfor %}`, "it builds a text of 4800000 characters, at most 4194304 are allowed"],
    ["calls itself", "{% macro f(g) %}{{ g(g) }}{% endmacro %}{{ f(f) }}", "Maximum call stack size exceeded"],
    ["holds itself", "{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}", "Maximum call stack size exceeded"],
    ["asks for a class", "{{ messages.__class__.__mro__ }}", "it reads the attribute __mro__, which no template may"],
    ["asks for a class by text", "{{ messages['__class__'] }}", "it reads the attribute __class__, which no template may"],
    ["asks for a constructor", "{{ ''.constructor('return process')() }}", "it reads the attribute constructor, which no template may"],
    ["includes a file", "{% include '/etc/passwd' %}", "Unknown statement type: include"],
    ["ends early", "{{ messages[0", "Unexpected end of input"],
  ])("that %s is refused", (_what, source, message) => {
    expect(() => renderTemplate(tokenizerWith(source), golden.conversations["short"]!, false)).toThrow(`Cannot render a chat prompt with the model's template: ${message}`);
  });

  it("finds nothing by a name it puts together", () => {
    expect(renderTemplate(tokenizerWith("{% set name = '__cl' ~ 'ass__' %}[{{ messages[name] }}]"), golden.conversations["short"]!, false)).toBe("[]");
  });

  it("does not stand in the way of a long conversation", () => {
    const turns = Array.from({ length: 1000 }, (_, index): Message => ({ role: index % 2 === 0 ? "user" : "assistant", content: "word ".repeat(50) }));
    expect(renderTemplate(tokenizerWith(golden.templates["forgetful"]!), turns, false).length).toBeGreaterThan(250_000);
  });
});
