// What went wrong, as clients of Hugging Face's hub read it: `{"error": …}`, X-Error-Code to match on, X-Error-Message to show
// (huggingface_hub 2.0, utils/_http.py, hf_raise_for_status).
import type { Problem } from "../../route.ts";

interface Answer {
  readonly status: number;
  /** One of the codes that clients know. */
  readonly code?: string;
}

const ANSWERS: Readonly<Record<string, Answer>> = {
  "hub.repository_missing": { status: 404, code: "RepoNotFound" },
  "hub.repository_hidden": { status: 401, code: "RepoNotFound" },
  "hub.repository_taken": { status: 409 },
  "hub.name_invalid": { status: 400 },
  "hub.route_missing": { status: 404 },
  "hub.revision_missing": { status: 404, code: "RevisionNotFound" },
  "hub.entry_missing": { status: 404, code: "EntryNotFound" },
  "hub.token_missing": { status: 401 },
  "hub.token_unknown": { status: 401 },
  "hub.forbidden": { status: 403 },
  "hub.gated": { status: 403, code: "GatedRepo" },
  "hub.gated_anonymous": { status: 401, code: "GatedRepo" },
  "hub.reference_taken": { status: 409 },
  "hub.reference_protected": { status: 403 },
  "hub.reference_invalid": { status: 400 },
  "hub.parent_moved": { status: 412 },
  "hub.path_invalid": { status: 422 },
  "hub.upload_missing": { status: 400 },
  "hub.body_invalid": { status: 400 },
  "hub.card_invalid": { status: 400 },
  "hub.too_large": { status: 413 },
  "hub.quota_exceeded": { status: 413 },
  "hub.disk_full": { status: 507 },
  "hub.discussion_missing": { status: 404 },
  "hub.account_missing": { status: 404 },
  "hub.access_request_missing": { status: 404 },
  "hub.webhook_missing": { status: 404 },
  "hub.collection_missing": { status: 404 },
  "hub.collection_item_taken": { status: 409 },
  "hub.merge_refused": { status: 409 },
  "hub.range_unsatisfiable": { status: 416 },
  "hub.address_expired": { status: 403 },
  "large_file.oid_invalid": { status: 422 },
  "large_file.missing": { status: 404 },
  "large_file.digest_mismatch": { status: 422 },
  "large_file.size_mismatch": { status: 422 },
  "large_file.disk_full": { status: 507 },
  "large_file.upload_unknown": { status: 404 },
  "large_file.part_invalid": { status: 422 },
  "large_file.parts_missing": { status: 422 },
  "large_file.plan_invalid": { status: 422 },
  "xet.token_refused": { status: 401 },
  "xet.scope_too_narrow": { status: 403 },
  "xet.xorb_missing": { status: 400 },
  "xet.file_missing": { status: 404 },
  "git.path_invalid": { status: 422 },
  "git.path_conflict": { status: 422 },
  "git.path_missing": { status: 404, code: "EntryNotFound" },
  "git.ref_name_invalid": { status: 400 },
  "git.ref_conflict": { status: 409 },
  "git.ref_moved": { status: 412 },
  "git.ref_locked": { status: 503 },
  "git.object_too_large": { status: 413 },
  "git.object_invalid": { status: 422 },
  "git.pack_refused": { status: 422 },
};

/** The form of every error of a hub's routes. */
export function hubProblem({ error, detail, status_code, hint }: Problem): { readonly status: number; readonly body: unknown; readonly headers: Readonly<Record<string, string>> } {
  const { status, code } = ANSWERS[error] ?? { status: status_code };
  const message = status >= 500 && error === "internal" ? "Internal server error" : detail;
  return {
    status,
    body: { error: message, ...(hint === undefined ? {} : { hint }), ...(error === "hub.card_invalid" ? { errors: [{ message }] } : {}) },
    headers: { ...(code === undefined ? {} : { "x-error-code": code }), "x-error-message": headerText(message) },
  };
}

/** A header is Latin-1 in one line. */
function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 1000);
}
