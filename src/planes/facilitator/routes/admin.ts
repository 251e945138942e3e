import * as admin from '#schemas/facilitator/admin.ts';
import * as assetOperations from '#schemas/facilitator/admin-assets.ts';
import { fail } from '#src/core/errors.ts';
import type { Address } from '#src/core/hex.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { data, presentAdminAsset, presentUser } from '../present.ts';
import type { FacilitatorServices } from '../services.ts';

/** Users and assets, for operators. */
export function adminRoutes(services: FacilitatorServices): RouteBinding[] {
  return [...userRoutes(services), ...assetRoutes(services)];
}

function userRoutes({ accounts }: FacilitatorServices): RouteBinding[] {
  return [
    bind(admin.createUser, async ({ body }) => {
      const { is_admin: isAdmin = false, ...credentials } = body;
      return data({ user: presentUser(await accounts.signUp({ ...credentials, isAdmin })) });
    }),
    bind(admin.listUsers, async ({ query }) => {
      const { offset = 0, limit = 20 } = query;
      return data((await accounts.list({ offset, limit })).map(presentUser));
    }),
    bind(admin.getUser, async ({ params }) => {
      const user = await accounts.find(params.id);
      if (!user) throw fail('not_found', { resource: 'user' });
      return data({ user: presentUser(user) });
    }),
    bind(admin.updateUser, async ({ params, body }) => {
      const { is_admin: isAdmin, ...rest } = body;
      const user = await accounts.update(params.id, {
        ...rest,
        ...(isAdmin === undefined ? {} : { isAdmin }),
      });
      return data({ user: presentUser(user) });
    }),
    bind(admin.deleteUser, async ({ params }) => {
      await accounts.remove(params.id);
      return data({ deleted: params.id });
    }),
  ];
}

function assetRoutes({ assets }: FacilitatorServices): RouteBinding[] {
  const amount = (text: string | undefined) => (text === undefined ? {} : { minAmount: BigInt(text) });
  return [
    bind(assetOperations.registerAsset, async ({ body }) => {
      const { min_amount: least, asset, ...rest } = body;
      return data(
        presentAdminAsset(await assets.register({ ...rest, asset: asset as Address, ...amount(least) })),
      );
    }),
    bind(assetOperations.listAllAssets, async () => data((await assets.list()).map(presentAdminAsset))),
    bind(assetOperations.getAsset, async ({ params }) =>
      data(presentAdminAsset(await assets.get(params.id))),
    ),
    bind(assetOperations.updateAsset, async ({ params, body }) => {
      const { min_amount: least, ...rest } = body;
      return data(presentAdminAsset(await assets.update(params.id, { ...rest, ...amount(least) })));
    }),
    bind(assetOperations.deleteAsset, async ({ params }) => {
      await assets.remove(params.id);
      return data({ deleted: params.id });
    }),
  ];
}
