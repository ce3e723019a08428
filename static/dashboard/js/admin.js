// The product's own pieces on pages of the administration: strips that stay true.
import "./clock.js";
import "./strip.js";
import { everything } from "./parts.js";

setInterval(() => document.hidden || everything(), 3000);
