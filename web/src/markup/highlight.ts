import highlighter from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/cpp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import go from 'highlight.js/lib/languages/go';
import java from 'highlight.js/lib/languages/java';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import type { Span } from './spans';

// A lazy chunk: whoever shows no code does not load it.
const languages = { bash, c, css, diff, go, java, json, python, rust, sql, typescript, xml, yaml };
for (const [name, grammar] of Object.entries(languages)) highlighter.registerLanguage(name, grammar);
// One grammar reads both, and one is enough to load.
highlighter.registerAliases(['javascript', 'js', 'jsx', 'mjs'], { languageName: 'typescript' });
highlighter.registerAliases(['cpp', 'c++', 'h'], { languageName: 'c' });

/** What the highlighter builds, which it would print as HTML. */
interface Branch {
  readonly scope?: string;
  readonly children: readonly (Branch | string)[];
}

/** The same code in pieces with a colour each, or null for a language that is not known. */
export function highlight(code: string, language: string): readonly Span[] | null {
  if (highlighter.getLanguage(language) === undefined) return null;
  const result = highlighter.highlight(code, { language, ignoreIllegals: true });
  const { rootNode } = result._emitter as unknown as { rootNode: Branch };
  const spans: Span[] = [];
  collect(rootNode, '', spans);
  return spans;
}

function collect(branch: Branch, scope: string, into: Span[]): void {
  for (const child of branch.children) {
    if (typeof child === 'string') into.push({ text: child, scope });
    else collect(child, child.scope?.split('.')[0] ?? scope, into);
  }
}
