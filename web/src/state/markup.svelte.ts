import type { Block, Mentions } from '../markup/nodes';

type Parser = Pick<typeof import('../markup/parse'), 'parse' | 'plainText'>;

/** For as long as the page is older than its server's files: text as it was typed. */
const asTyped: Parser = {
  parse: (message) => [{ kind: 'paragraph', children: [{ kind: 'text', text: message }] }],
  plainText: (message) => message,
};

/**
 * The parser of messages is a quarter of the app. It comes beside the first
 * load, while the connection is made, and messages wait for it.
 */
class Markup {
  #parser = $state.raw<Parser>();

  constructor() {
    import('../markup/parse').then(
      (parser) => (this.#parser = parser),
      () => (this.#parser = asTyped),
    );
  }

  get ready(): boolean {
    return this.#parser !== undefined;
  }

  parse(message: string, mentions?: Mentions): readonly Block[] {
    return (this.#parser ?? asTyped).parse(message, mentions);
  }

  /** In one line, without its markup. */
  plainText(message: string): string {
    return (this.#parser ?? asTyped).plainText(message);
  }
}

export const markup = new Markup();
