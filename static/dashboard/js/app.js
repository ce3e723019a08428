// The one entry. Every element works on the HTML that the server sent; none of them is needed to read a page.
import "./clock.js";
import "./connect.js";
import "./copy.js";
import "./live.js";
import "./menu.js";
import "./preview.js";
import "./strip.js";
import "./table.js";
import "./theme.js";
import "./toaster.js";
