import type { Route } from "../../route.ts";
import { openXetStore } from "../xet/xet-store.ts";
import { accessRequestRoutes } from "./access-requests.ts";
import { accountRoutes } from "./account-routes.ts";
import { collectionRoutes } from "./collection-routes.ts";
import { commitRoutes } from "./commit-routes.ts";
import { discussionRoutes } from "./discussion-routes.ts";
import { entryRoutes } from "./entries.ts";
import { gitRoutes } from "./git-routes.ts";
import type { Host } from "./host.ts";
import { infoRoutes } from "./info.ts";
import { lfsFilesRoutes } from "./lfs-files-routes.ts";
import { lfsRoutes } from "./lfs.ts";
import { listingRoutes } from "./listing.ts";
import { manageRoutes } from "./manage-routes.ts";
import { ownedRoutes } from "./owned-routes.ts";
import { refsRoutes } from "./refs-routes.ts";
import { resolveRoutes } from "./resolve.ts";
import { unownedRoutes } from "./unowned-routes.ts";
import { webhookRoutes } from "./webhook-routes.ts";
import { xetRoutes } from "./xet-routes.ts";

/** Everything a hub answers, for clients of Hugging Face's hub. */
export function hostRoutes(host: Host): readonly Route[] {
  const xet = openXetStore(host.directory, { now: () => host.now().getTime() });
  return [
    ...accountRoutes(host),
    ...manageRoutes(host),
    ...infoRoutes(host),
    ...listingRoutes(host),
    ...entryRoutes(host),
    ...resolveRoutes(host),
    ...commitRoutes(host),
    ...refsRoutes(host),
    ...discussionRoutes(host),
    ...accessRequestRoutes(host),
    ...ownedRoutes(host),
    ...webhookRoutes(host),
    ...collectionRoutes(host),
    ...lfsRoutes(host),
    ...lfsFilesRoutes(host),
    ...gitRoutes(host),
    ...xetRoutes(host, xet),
    ...unownedRoutes(host),
  ];
}
