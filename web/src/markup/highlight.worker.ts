import { highlight } from './highlight';
import type { Asked, Coloured } from './spans';

/** Colours code beside the page: a long block takes longer than a frame. */
onmessage = ({ data }: MessageEvent<Asked>): void => {
  const { id, code, language } = data;
  postMessage({ id, spans: highlight(code, language) } satisfies Coloured);
};
