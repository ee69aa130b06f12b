// Does an OpenAPI document follow the standard, in the opinion of @apidevtools/swagger-parser?
//
//   node openapi.mjs FILE
//
// Writes the names of the webhooks as JSON. An error is told with exit code 1.

import SwaggerParser from "@apidevtools/swagger-parser";

const document = await SwaggerParser.validate(process.argv[2]);
console.log(JSON.stringify(Object.keys(document.webhooks)));
