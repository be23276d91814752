// Stands for uc.micro in the build: the browser knows Unicode's categories itself.
export const Any = /[\0-\u{10FFFF}]/u;
export const Cc = /\p{Cc}/u;
export const Cf = /\p{Cf}/u;
export const P = /\p{P}/u;
export const S = /\p{S}/u;
export const Z = /\p{Z}/u;
