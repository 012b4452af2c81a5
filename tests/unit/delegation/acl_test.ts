import { assertEquals } from "@std/assert";
import { mayDelegate } from "../../../src/delegation/acl.ts";

const acl = { manager: ["auditor", "manager"], auditor: [] };

Deno.test("mayDelegate() checks nothing when there is no caller", () => {
  assertEquals(mayDelegate({}, null, "auditor"), true);
});

Deno.test("mayDelegate() lets a caller ask those in its list alone", () => {
  assertEquals(mayDelegate(acl, "manager", "auditor"), true);
  assertEquals(mayDelegate(acl, "manager", "webster"), false);
  assertEquals(mayDelegate(acl, "auditor", "manager"), false);
  assertEquals(mayDelegate(acl, "Manager", "auditor"), false);
});

Deno.test("mayDelegate() lets nobody ask itself, also when its list says so", () => {
  assertEquals(mayDelegate(acl, "manager", "manager"), false);
});

Deno.test("mayDelegate() lets a caller that the list does not know ask nobody", () => {
  for (const caller of ["webster", "", "__proto__", "constructor", "toString"]) {
    assertEquals(mayDelegate(acl, caller, "auditor"), false, caller);
  }
  assertEquals(mayDelegate(JSON.parse('{"__proto__": ["a"]}'), "__proto__", "a"), true);
});
