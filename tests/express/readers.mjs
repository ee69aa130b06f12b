// Reads an order, its subscription and its product from the REST API, with fetch, as receivers in the wild do.
//
//   node readers.mjs URL TOKEN ORDER      writes what it found, as JSON on one line

const [url, token, key] = process.argv.slice(2);

async function read(path) {
  const answer = await fetch(url + path, { headers: { "Secret-Token": token } });
  if (!answer.ok) throw new Error(`${answer.status} ${(await answer.json()).errorMessage}`);
  return answer.json();
}

const order = await read(`/api/v1/orders/${key}`);
const subscription = await read(`/api/v1/subscriptions/${order.subscriptions[0].id}`);
const product = await read(`/api/v1/products/${order.items[0].product.code}`);
console.log(
  JSON.stringify({
    subscription: subscription.id,
    plan: subscription.items[0].plan.name,
    price: product.prices[0].code,
    sold: order.items[0].price.code,
    isPaid: order.paymentDate !== null,
  }),
);
