// Starts the lab.
import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/source-serif-4/wght.css";
import "./style/tokens.css";
import "./style/base.css";
import { mount } from "svelte";
import Lab from "./shell/Lab.svelte";

mount(Lab, { target: document.getElementById("lab")! });

// The built lab works without a network after the first visit.
if (import.meta.env.PROD && "serviceWorker" in navigator) {
  addEventListener("load", () => navigator.serviceWorker.register("./sw.js").catch(() => undefined));
}
