import type { FastifyError } from 'fastify';
import { models } from '#schemas/kit/model.ts';
import { tokenMethods, type TokenMethodName } from '#schemas/platform/token-methods.ts';
import { AppError, fail } from '#src/core/errors.ts';
import { hasScope, type Principal } from '#src/core/principal.ts';
import { fromValidation } from '#src/http/errors.ts';
import { buildValidator } from '#src/http/validation.ts';
import type { ActionOf } from '#src/services/tokens/moves.ts';
import * as base from './token-bodies.ts';
import * as more from './token-more-bodies.ts';

type Params = Record<string, unknown>;
type Validator = ((data: unknown) => boolean) & { errors: FastifyError['validation'] | null };

const shared = Object.fromEntries(models().map((schema) => [String(schema.$id), schema]));
const compile = buildValidator(shared as never) as unknown as (part: object) => Validator;

/** How the params of each method become an action. */
const actions = {
  mint: base.mintOf,
  transfer: base.transferOf,
  burn: base.burnOf,
  approve: base.approveOf,
  mint_batch: more.mintBatchOf,
  transfer_batch: more.transferBatchOf,
  burn_batch: more.burnBatchOf,
  set_approval_for_all: more.approvalForAllOf,
  permit: more.permitOf,
  transfer_and_call: more.transferAndCallOf,
  pause: () => () => ({ method: 'pause' }),
  unpause: () => () => ({ method: 'unpause' }),
  set_royalty: more.royaltyOf,
  set_metadata: more.metadataOf,
  transfer_ownership: more.ownershipOf,
  grant_role: more.grantOf,
  revoke_role: more.revokeOf,
  renounce_role: more.renounceOf,
} as unknown as Record<TokenMethodName, (params: Params) => ActionOf>;

const validators = new Map<object, Validator>();

function validatorOf(schema: object): Validator {
  const known = validators.get(schema);
  if (known) return known;
  const made = compile({ schema, httpPart: 'body' });
  validators.set(schema, made);
  return made;
}

/** Checks what a body carries for a method; `where` is its place. @throws validation naming the field */
export function checkParams(schema: object, params: Params, where: string): void {
  const validate = validatorOf(schema);
  if (validate(params)) return;
  const error = fromValidation({ validation: validate.errors as never, validationContext: 'body' });
  const { facts } = error;
  const field = facts.field === 'body' ? where : `${where}.${facts.field}`;
  throw new AppError(error.kind, { ...facts, field, message: `${where}: ${facts.message}` });
}

/** A method of a batch or an estimate as an action. @throws validation */
export function actionIn(
  method: TokenMethodName,
  params: Params,
  where: string,
): { action: ActionOf; from: string | undefined } {
  checkParams(tokenMethods[method].params, params, where);
  const { from } = params;
  return { action: actions[method](params), from: typeof from === 'string' ? from : undefined };
}

/** @throws insufficient_scope */
export function requireMethodScope(who: Principal, method: TokenMethodName, field: string): void {
  const { scope } = tokenMethods[method];
  if (hasScope(who, scope)) return;
  throw fail('insufficient_scope', {
    field,
    message: `${method} needs the scope ${scope}`,
    details: { requiredScope: scope },
  });
}
