// Writes docs/index.md, the list of everything that Nabla exports, and names exports that lack a docstring or an
// example.
//
//   node scripts/reference.mjs             write docs/index.md
//   node scripts/reference.mjs --check     exit with 1 and say why, if the file is stale or a docstring is missing
//   node scripts/reference.mjs --json      print what was found
//
// It reads the sources as text, because TypeScript 7 offers no compiler interface to programs.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const target = new URL("docs/index.md", root);
const textOf = (file) => readFileSync(new URL(file, root), "utf8").replaceAll("\r\n", "\n");
const filesIn = (folder) => readdirSync(new URL(folder, root)).filter((name) => name.endsWith(".ts"));

/** The text of the docstring that ends right before `index`, without stars; "" if there is none. */
function docBefore(text, index) {
  const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(text.slice(0, index));
  return comment ? comment[1].replace(/^[ \t]*\* ?/gm, "").trim() : "";
}

const lineOf = (text, index) => text.slice(0, index).split("\n").length;

/** Everything that a file exports under a name of its own: name → { name, kind, file, line, doc }. */
function declarationsOf(file) {
  const text = textOf(file);
  const found = new Map();
  const pattern = /^export (?:declare )?(?:abstract )?(?:async )?(const|function\*?|class|interface|type) (\w+)/gm;
  for (const { index, 1: kind, 2: name } of text.matchAll(pattern)) {
    if (!found.has(name)) found.set(name, { name, kind, file, line: lineOf(text, index), doc: docBefore(text, index) });
  }
  return found;
}

/** The exports of a file, re-exports included. A namespace (`export * as name`) is an entry with `members`. */
function exportsOf(file) {
  const text = textOf(file);
  const resolve = (path) => posix.join(posix.dirname(file), path);
  const found = [...declarationsOf(file).values()];
  for (const [, all, namespace, isType, names, path] of text.matchAll(
    /^export (\*(?: as (\w+))?|(type )?\{([^}]*)\}) from "([^"]+)";/gm,
  )) {
    const from = exportsOf(resolve(path));
    if (namespace)
      found.push({ name: namespace, kind: "namespace", file: resolve(path), line: 1, doc: "", members: from });
    else if (all.startsWith("*")) found.push(...from);
    else {
      for (const part of names
        .split(",")
        .map((name) => name.trim())
        .filter(Boolean)) {
        const [, own, , other] = /^(?:type )?(\w+)( as (\w+))?$/.exec(part);
        const entry = from.find(({ name }) => name === own);
        if (!entry) throw new Error(`${file} exports ${own} from ${path}, where it is not declared.`);
        found.push({ ...entry, name: other ?? own, ...((isType || part.startsWith("type ")) && { kind: "type" }) });
      }
    }
  }
  return found;
}

/**
 * The entries of an object, `const losses = { … }`: properties with their docstrings, or names alone; spreads are
 * followed.
 */
function propertiesOf({ file, name: object }) {
  const text = textOf(file);
  const start = text.search(new RegExp(`^(?:export )?const ${object} = \\{`, "m"));
  const opening = text.indexOf("{", start) + 1;
  const isLong = text[opening] === "\n";
  const body = text.slice(opening, text.indexOf(isLong ? "\n}" : "}", opening) + 1);
  // Properties of the object itself stand at an indentation of two, or all on the first line.
  const pattern = isLong ? /^ {2}(\.{3})?(\w+)(?=[:,(])/gm : /(\.{3})?(\w+)(?=,| \})/g;
  return [...body.matchAll(pattern)].flatMap(({ index, 1: spread, 2: name }) =>
    spread
      ? propertiesOf({ file, name })
      : [{ name, kind: "property", file, line: lineOf(text, opening + index), doc: docBefore(body, index) }],
  );
}

/** The public methods and accessors of a class, without those that others overload by the same name. */
function methodsOf({ file, name: className }) {
  const text = textOf(file);
  const start = text.search(new RegExp(`^export (?:abstract )?class ${className}\\b`, "m"));
  const body = text.slice(start, text.indexOf("\n}\n", start));
  const pattern =
    /^ {2}(?:override |abstract |readonly |static )*(?:async )?(?:get )?(\w+)(?:<[^(]*>)?(?:\(|!?\??: |;)/gm;
  return [...body.matchAll(pattern)]
    .filter(({ 1: name }) => name !== "constructor")
    .map(({ index, 1: name }) => ({
      name,
      kind: "method",
      file,
      line: lineOf(text, start + index),
      doc: docBefore(body, index),
    }));
}

/**
 * The docstring of an entry, or of the declaration that it stands for: {@link Dense}, or its own name.
 */
function docOf(entry) {
  if (entry.doc.includes("@example")) return entry.doc;
  const linked = declared.get(/^\{@link (\w+)\}/.exec(entry.doc)?.[1] ?? (entry.doc === "" ? entry.name : ""));
  const more = linked && linked !== entry ? linked.doc : "";
  return entry.doc === "" ? more : `${entry.doc}\n${more}`;
}

/** What programs import from "nabla", and from "nabla/data" and "nabla/automatic" as namespaces. */
const all = [
  ...exportsOf("src/index.ts"),
  ...["data", "automatic"].map((name) => {
    const file = `src/${name}/index.ts`;
    return { name, kind: "namespace", file, line: 1, doc: "", members: exportsOf(file) };
  }),
];
const isValue = ({ kind }) => kind !== "type" && kind !== "interface";
/** Every declaration of src/ by name, what is exported to users first, for links from one docstring to another. */
const declared = new Map();
const sources = readdirSync(new URL("src/", root), { recursive: true, encoding: "utf8" })
  .map((file) => posix.join("src", file.replaceAll("\\", "/")))
  .filter((path) => path.endsWith(".ts") && !path.startsWith("src/cli/"));
for (const entry of [...all.filter(isValue), ...sources.sort().flatMap((path) => [...declarationsOf(path).values()])])
  if (!declared.get(entry.name)?.doc) declared.set(entry.name, entry);

const member = (name) => all.find((entry) => entry.name === name && isValue(entry));
const objects = ["initializers", "regularizers", "constraints", "activations"];
const groups = objects.map((name) => [name, propertiesOf(member(name))]);
const namespaces = all.filter(({ kind }) => kind === "namespace");
const values = all.filter((entry) => isValue(entry) && entry.kind !== "namespace");
const methods = ["Tensor", "Variable"].map((name) => [name, methodsOf(member(name))]);

/** Every public function, class and entry with the name that users write. */
const documented = [
  ...values.map((entry) => ({ ...entry, path: entry.name })),
  ...namespaces.flatMap(({ name, members }) =>
    members.filter(isValue).map((m) => ({ ...m, path: `${name}.${m.name}` })),
  ),
  ...groups.flatMap(([name, entries]) => entries.map((entry) => ({ ...entry, path: `${name}.${entry.name}` }))),
];

const place = ({ path, file, line }) => `${path} (${file}:${line})`;
const lacking = [
  ...documented.filter((e) => docOf(e) === "").map((e) => `${place(e)} has no docstring`),
  ...documented
    .filter((e) => docOf(e) !== "" && !docOf(e).includes("@example") && !/Error$/.test(e.name))
    .map((e) => `${place(e)} has no @example`),
  ...methods.flatMap(([type, entries]) =>
    entries
      .filter(({ doc }) => doc === "")
      .map((e) => `${place({ ...e, path: `${type}.${e.name}` })} has no docstring`),
  ),
  ...all.filter((e) => !isValue(e) && e.doc === "").map((e) => `${place({ ...e, path: e.name })} has no docstring`),
];

/** A docstring's first sentence, on one line, for a table. */
function summary(entry) {
  const text = docOf(entry)
    .replace(/\{@link (\w+)\}/g, "$1")
    .split(/\n\s*\n|\n@/)[0]
    .replace(/\s+/g, " ")
    .trim();
  const end = /^.*?[.;:](?= [A-Z(`]|$)/.exec(text.replace(/^@example.*/, ""))?.[0] ?? text;
  return end.replace(/[.;:]$/, "").replaceAll("|", "\\|");
}

/** A table of names; with the file of each, unless a heading has named it. */
const table = (entries, { prefix = "", showsFile = true } = {}) =>
  [
    `| name | what it does |${showsFile ? " source |" : ""}`,
    `| --- | --- |${showsFile ? " --- |" : ""}`,
    ...entries.map((e) => `| \`${prefix}${e.name}\` | ${summary(e)} |${showsFile ? ` ${link(e.file)} |` : ""}`),
  ].join("\n");
const link = (file) => `[${file}](../${file})`;

const titleOf = (file) => /^\/\/ (.*)$/m.exec(textOf(file))[1];

function functionsByFile() {
  const files = [...new Set(values.map(({ file }) => file))];
  const taken = new Set(objects);
  return files.map((file) => {
    const entries = values.filter((e) => e.file === file && !taken.has(e.name));
    return entries.length === 0
      ? ""
      : `### ${link(file)}\n\n${titleOf(file)}\n\n${table(entries, { showsFile: false })}\n`;
  });
}

function primitives() {
  return filesIn("src/ops/").flatMap((name) => {
    const file = `src/ops/${name}`;
    const names = [...textOf(file).matchAll(/defineOp\([\s\S]*?\bname: "(\w+)"/g)].map(([, op]) => `\`${op}\``);
    return names.length === 0 ? [] : [`| ${link(file)} | ${names.join(", ")} |`];
  });
}

const recipes = filesIn("recipes/").map((name) => {
  const text = textOf(`recipes/${name}`);
  // A recipe's own title is indented least; plots and tables have titles too.
  const found = /^ {2}title: both\(\s*"([^"]+)"/m.exec(text) ?? /\btitle: both\(\s*"([^"]+)"/.exec(text);
  const title = found?.[1] ?? titleOf(`recipes/${name}`);
  return `| \`${name.replace(/\.ts$/, "")}\` | ${title} | [recipes/${name}](../recipes/${name}) |`;
});

const markdown = `<!-- Written by "npm run reference" from the sources; edits by hand are lost. -->

# Everything that Nabla has

Look here before you write something: it may be there. Formulas, shapes, defaults, errors and examples stand in the docstrings.

## Functions and classes

${functionsByFile().filter(Boolean).join("\n")}
## Methods

${methods.map(([type, entries]) => `### ${type}, in ${link(entries[0].file)}\n\n${table(entries, { showsFile: false })}\n`).join("\n")}
## Namespaces

${[...namespaces.map(({ name, members }) => [name, members.filter(isValue)]), ...groups]
  .map(([name, entries]) => `### ${name}\n\n${table(entries, { prefix: `${name}.` })}\n`)
  .join("\n")}
## Recipes

| name | title | source |
| --- | --- | --- |
${recipes.join("\n")}

## Primitives

What every function above is made of; each declares its gradient.

| source | primitives |
| --- | --- |
${primitives().join("\n")}
`;

const [mode] = process.argv.slice(2);
if (mode === "--json") {
  console.log(JSON.stringify({ names: documented.map(({ path }) => path), lacking }));
} else if (mode === "--check") {
  const before = readFileSync(target, "utf8").replaceAll("\r\n", "\n");
  const problems = [...lacking];
  if (before !== markdown) problems.push('docs/index.md is stale: run "npm run reference" and commit what it writes');
  if (problems.length > 0) {
    console.log(problems.join("\n"));
    process.exitCode = 1;
  }
} else {
  writeFileSync(target, markdown);
  console.log(`${fileURLToPath(target)}: ${documented.length} names, ${lacking.length} of them not fully documented`);
}
