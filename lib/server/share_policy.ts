/** Who may be connected at the same time. */

/** What the shared flag of ClientInit is worth, by QEMU's names. */
export const SHARE_POLICIES = ["allow-exclusive", "force-shared", "ignore"] as const;

/**
 * * `allow-exclusive`: a client that does not share drops all others, and nobody joins it; RFB's own rule;
 * * `force-shared`: a client that does not share is refused;
 * * `ignore`: the flag means nothing, everybody may connect.
 */
export type SharePolicy = typeof SHARE_POLICIES[number];

/** Whether a client may go on after its ClientInit, and at whose cost. */
export type ShareDecision =
  | { readonly admitted: true; readonly dropsOthers: boolean }
  | { readonly admitted: false; readonly reason: string };

/** Decides on a client with that shared flag beside the `others`, who are initialized already [QEMU protocol_client_init]. */
export function decideShare(
  policy: SharePolicy,
  shared: boolean,
  others: readonly { readonly shared: boolean }[],
): ShareDecision {
  if (policy === "force-shared" && !shared) return { admitted: false, reason: "it asked for exclusive access" };
  if (policy !== "allow-exclusive") return { admitted: true, dropsOthers: false };
  if (!shared) return { admitted: true, dropsOthers: others.length > 0 };
  if (others.some((other) => !other.shared)) return { admitted: false, reason: "another client has exclusive access" };
  return { admitted: true, dropsOthers: false };
}
