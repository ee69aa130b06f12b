// What does Swagger UI show of an OpenAPI document?
//
//   node swagger_ui.mjs FILE
//
// Renders the document in a browser without a screen, and writes the text of each operation's line as JSON.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Window } from "happy-dom";

const bundle = createRequire(import.meta.url).resolve("swagger-ui-dist/swagger-ui-bundle.js");
const window = new Window({
  url: "http://localhost/",
  settings: {
    enableJavaScriptEvaluation: true,
    disableJavaScriptFileLoading: true,
    suppressInsecureJavaScriptEnvironmentWarning: true, // what is evaluated is a package of the lock
  },
});
window.document.body.innerHTML = '<div id="ui"></div>';
window.eval(readFileSync(bundle, "utf8"));

const { SwaggerUIBundle } = window;
await new Promise((onComplete) =>
  SwaggerUIBundle({
    spec: JSON.parse(readFileSync(process.argv[2], "utf8")),
    dom_id: "#ui",
    presets: [SwaggerUIBundle.presets.apis],
    docExpansion: "list",
    onComplete,
  }),
);
await window.happyDOM.waitUntilComplete();

const lines = [...window.document.querySelectorAll(".opblock-summary")].map((line) => line.textContent);
process.stdout.write(JSON.stringify(lines), () => process.exit(0)); // timers of the page would keep it alive
