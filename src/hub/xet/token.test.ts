import { expect, it } from "vitest";
import { grantXetAccess, requireXetToken, signXetToken } from "./token.ts";

const SECRET = "ab".repeat(32);
const CLAIMS = { repository: "models/alice/m", scope: "write", expires: 1000 } as const;

it("grants access by an address that names the store's generation", () => {
  const { body, headers } = grantXetAccess("http://localhost:8080", "1234", SECRET, CLAIMS);
  expect(body).toEqual({ casUrl: "http://localhost:8080/cas/s-1234", accessToken: headers["X-Xet-Access-Token"], exp: 1000 });
  expect(requireXetToken(SECRET, body.accessToken, "write", 999)).toEqual(CLAIMS);
});

it("refuses tokens that have expired, are of another host, changed, or too narrow", () => {
  const token = signXetToken(SECRET, CLAIMS);
  const [payload, signature] = token.split(".") as [string, string];
  const forged = `xet_${Buffer.from(JSON.stringify(["models/bob/m", "write", 9999])).toString("base64url")}.${signature}`;
  for (const bad of [undefined, "", "token", payload, forged, signXetToken("cd".repeat(32), CLAIMS), `${token}x`]) {
    expect(() => requireXetToken(SECRET, bad, "read", 0)).toThrow(expect.objectContaining({ code: "xet.token_refused" }));
  }
  expect(() => requireXetToken(SECRET, token, "write", 1000)).toThrow("it has expired");
  expect(() => requireXetToken(SECRET, signXetToken(SECRET, { ...CLAIMS, scope: "read" }), "write", 0)).toThrow(expect.objectContaining({ code: "xet.scope_too_narrow" }));
  expect(requireXetToken(SECRET, signXetToken(SECRET, { ...CLAIMS, scope: "read" }), "read", 0).scope).toBe("read");
});
