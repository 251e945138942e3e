import { operations as moves } from './token-moves.ts';
import { operations as tokens } from './tokens.ts';
import { operations as transactions } from './transactions.ts';

/** Tokens and all that is done with them. */
export const operations = [...tokens, ...moves, ...transactions] as const;
