// Makes a customer, a product, a price and an order by the REST API, with fetch, as integrators in the wild do.
//
//   node writers.mjs URL TOKEN BODIES     writes what it made, as JSON on one line; BODIES is JSON

const [url, token, bodies] = process.argv.slice(2);
const { customer, product, price } = JSON.parse(bodies);

async function make(path, body) {
  const answer = await fetch(url + path, {
    method: "POST",
    headers: { "Secret-Token": token, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (answer.status !== 201) throw new Error(`${answer.status} ${(await answer.json()).errorMessage}`);
  return answer.json();
}

const buyer = await make("/api/v1/customers", customer);
const sold = await make("/api/v1/products", product);
const plan = await make(`/api/v1/products/${sold.id}/prices`, price);
const order = await make("/api/v1/orders", {
  customerCode: buyer.code,
  items: [{ productCode: sold.code, priceCode: plan.code }],
});
console.log(JSON.stringify({ order: order.orderCode, plan: order.items[0].price.plan.name, waits: order.paymentDate === null }));
