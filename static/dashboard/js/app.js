// The one entry. Every element works on the HTML that the server sent; none of them is needed to read a page.
import "./bell.js";
import "./clock.js";
import "./copy.js";
import "./keys.js";
import "./live.js";
import "./menu.js";
import "./strip.js";
import "./theme.js";
import "./toaster.js";
import { watch } from "./later.js";

// What only some pages have is fetched when it is there, so that the first page stays small.
watch({
  "bg-chart": () => import("./chart.js"),
  "bg-connect": () => import("./connect.js"),
  "bg-pairs, bg-call": () => import("./forms.js"),
  "bg-passkey": () => import("./passkeys.js"),
  "bg-pool-preview": () => import("./preview.js"),
  "bg-pulse": () => import("./pulse.js"),
  "bg-join, bg-story": () => import("./session.js"),
  "bg-stage": () => import("./stage.js"),
  "a[data-sheet]": () => import("./side.js"),
  "bg-table": () => import("./table.js"),
  ".own-list": () => import("./places.js"),
});
