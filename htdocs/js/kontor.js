// kontor.js - progressive enhancement. Every page works without it.
"use strict";

const $ = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const parse = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

// Choosing a variant fetches its page and replaces the parts that differ. Until then the price shown is another variant's,
// so nothing can be added. Choices made meanwhile are kept, and follow.
const changed = (input) => (input.selectedOptions ? !input.selectedOptions[0].defaultSelected : !input.defaultChecked);
const pending = () => all(".pill input:checked, .pick select").find(changed);
let choosing = false;
async function choose() {
	let input;
	if (choosing) return;
	choosing = true;
	busy(true);
	for (const seen = new Set(); (input = pending()) && !seen.has(shows(input));) {
		const url = shows(input);
		seen.add(url);
		if (!await replace(input, url)) return location.assign(url);
	}
	choosing = false;
	busy(false);
	say($(".buy-price .price") && $(".buy-price .price").textContent);
}

function busy(on) {
	const product = $("#product"), button = $("#buy .button-main");
	product.setAttribute("aria-busy", String(on));
	if (button && (on ? !button.disabled : button.dataset.held)) {
		button.disabled = on;
		button.dataset.held = on ? "1" : "";
	}
}

// The address of the page that shows the choice. A product with very many variants has selects.
function shows(input) {
	if (input.dataset.url) return input.dataset.url;
	const fields = [...new FormData(input.form)].filter(([name]) => name === "variant" || name.startsWith("pick"));
	return `${input.form.action}?${new URLSearchParams(fields)}`;
}

async function replace(input, url) {
	const choices = () => all(".pill input:checked, .pick select").map((one) => [one.name, one.value]), sent = new Map(choices());
	try {
		const answer = await fetch(url, { credentials: "same-origin" });
		if (!answer.ok) throw new Error(answer.statusText);
		const fresh = $("#product", await parse(answer)), quantity = $("#quantity"), value = quantity && quantity.value;
		const since = choices().filter(([name, chosen]) => chosen !== sent.get(name));
		const focus = document.activeElement && document.activeElement.id;
		$("#product").replaceWith(document.adoptNode(fresh));
		for (const [name, chosen] of since) {
			const select = $(`.pick select[name="${name}"]`);
			const radio = all(".pill input").find((one) => one.name === name && one.value === chosen && !one.disabled);
			if (select) select.value = chosen;
			else if (radio) radio.checked = true;
		}
		if ($("#quantity") && value) $("#quantity").value = value;
		stepper();
		busy(true);
		const variant = $("#buy input[name=variant]");
		history.replaceState(null, "", input.dataset.url || !variant ? url : `${$("#buy").action}?v=${variant.value}`);
		if (focus && document.getElementById(focus)) document.getElementById(focus).focus({ preventScroll: true });
		return true;
	} catch (e) {
		return false;
	}
}

// Announces the change to screen readers.
function say(text) {
	let box = $("#said");
	if (!box) {
		box = document.createElement("p");
		box.id = "said";
		box.className = "unseen";
		box.setAttribute("role", "status");
		document.body.append(box);
	}
	box.textContent = text || "";
}

// Minus and plus buttons beside the product page's quantity. A select needs no button to show the choice.
function stepper() {
	for (const box of document.querySelectorAll(".pick-show")) box.hidden = true;
	const input = $("[data-stepper]");
	if (!input || input.parentNode.classList.contains("stepper")) return;
	const box = document.createElement("span");
	box.className = "stepper";
	input.replaceWith(box);
	const button = (sign, label, by) => {
		const b = document.createElement("button");
		b.type = "button";
		b.className = "step";
		b.textContent = sign;
		b.setAttribute("aria-label", label);
		b.addEventListener("click", () => {
			const now = Number(input.value) || 1;
			input.value = Math.max(1, Math.min(Number(input.max) || 999, now + by));
		});
		return b;
	};
	box.append(button("−", input.dataset.less, -1), input, button("+", input.dataset.more, 1));
}

// Adds to the cart, or undoes that, and stays on the page. The answer is the page of the cart, which says what was done.
async function send(form) {
	let page;
	try {
		const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" });
		page = answer.ok && await parse(answer);
	} catch (e) {
		page = null;
	}
	const cart = page && $(".tool-cart", page), done = page && $("#said-cart", page);
	if (!cart || (form.id === "buy" && !done)) return form.submit();
	delete form.dataset.sent;
	$(".tool-cart").replaceWith(document.adoptNode(cart));
	if ($("#said-cart")) $("#said-cart").remove();
	if (!done) return undefined;
	for (const hidden of all("[hidden]", done)) hidden.hidden = false;
	done.removeAttribute("role");
	$("#buy").after(document.adoptNode(done));
	say($("p", done).textContent);
	return undefined;
}

// Clicking a thumbnail shows it as the large picture; clicking the large picture opens it in full size.
function gallery(link) {
	const large = $("#picture"), img = large && $("img", large), small = $("img", link);
	if (!img) return false;
	img.srcset = `${link.dataset.card} 480w, ${link.dataset.page} 960w, ${link.dataset.zoom} 1600w`;
	img.src = link.dataset.page;
	img.alt = small.alt;
	img.width = small.width;
	img.height = small.height;
	img.setAttribute("width", small.getAttribute("width"));
	img.setAttribute("height", small.getAttribute("height"));
	large.href = link.dataset.zoom;
	for (const other of all(".thumbs a")) other.removeAttribute("aria-current");
	link.setAttribute("aria-current", "true");
	return true;
}

// The picture fills the window; pressing it changes between the whole picture and its full size, around the same point.
function zoom(link) {
	const box = document.createElement("dialog"), img = document.createElement("img");
	const size = document.createElement("button"), close = document.createElement("button");
	if (!box.showModal) return false;
	box.className = "zoom";
	box.setAttribute("aria-label", $("img", link).alt);
	img.src = link.href;
	img.alt = $("img", link).alt;
	size.type = close.type = "button";
	size.className = "zoom-size";
	size.setAttribute("aria-label", link.dataset.larger);
	close.className = "zoom-close";
	close.setAttribute("aria-label", link.dataset.close);
	close.textContent = "×";
	size.append(img);
	box.append(close, size);
	const turn = (x, y) => {
		const was = img.getBoundingClientRect(), at = [(x - was.left) / was.width, (y - was.top) / was.height];
		size.setAttribute("aria-pressed", String(box.classList.toggle("zoom-full")));
		const now = img.getBoundingClientRect();
		box.scrollBy(now.left + at[0] * now.width - box.clientWidth / 2, now.top + at[1] * now.height - box.clientHeight / 2);
	};
	size.addEventListener("click", (e) => {
		if (e.detail) turn(e.clientX, e.clientY);
		else turn(box.clientWidth / 2, box.clientHeight / 2);
	});
	close.addEventListener("click", () => box.close());
	box.addEventListener("click", (e) => e.target === box && box.close());
	box.addEventListener("close", () => box.remove());
	document.body.append(box);
	box.showModal();
	size.setAttribute("aria-pressed", "false");
	return true;
}

async function copy(button) {
	button.dataset.label ||= button.textContent;
	await navigator.clipboard.writeText(button.dataset.copy);
	button.dataset.name ||= button.getAttribute("aria-label");
	const show = (text, name) => {
		button.textContent = text;
		button.setAttribute("aria-label", name);
	};
	show(button.dataset.done, button.dataset.done);
	say(button.dataset.done);
	setTimeout(() => show(button.dataset.label, button.dataset.name), 2000);
}

document.addEventListener("change", (e) => {
	const t = e.target;
	if (t.matches(".pill input[data-url], .pick select")) choose();
	else if (t.id && $(`[data-reshape~="${t.id}"]`)) reshape(t);
	else if (t.matches(".line-form input[name=quantity]") && t.form.requestSubmit) t.form.requestSubmit($("button[value=set]", t.form));
});

// Another country or kind of delivery has other fields: asks for its form, and replaces them.
async function reshape(select) {
	const button = $(`[data-reshape~="${select.id}"]`), data = new FormData(select.form), part = button.dataset.part || ".field-grid";
	data.set("act", button.value);
	try {
		const answer = await fetch(select.form.action, { method: "POST", credentials: "same-origin", body: new URLSearchParams(data) });
		if (!answer.ok) throw new Error(answer.statusText);
		const page = await parse(answer), fresh = page.getElementById(select.id).closest(part);
		select.closest(part).replaceWith(document.adoptNode(fresh));
		for (const around of [".step-count", ".step-main > h1", ".with-aside > .aside"])
			if ($(around) && $(around, page)) $(around).replaceWith(document.adoptNode($(around, page)));
		hideReshape();
		document.getElementById(select.id).focus({ preventScroll: true });
	} catch (e) {
		select.form.requestSubmit(button);
	}
}
const hideReshape = () => { for (const b of all("[data-reshape]")) b.hidden = true; };

document.addEventListener("click", (e) => {
	if (e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
	const small = e.target.closest(".thumbs a"), large = e.target.closest("a#picture"), text = e.target.closest("[data-copy]");
	if ((small && gallery(small)) || (large && zoom(large))) e.preventDefault();
	else if (text) copy(text);
	else if (e.target.closest("[data-print]")) print();
	else if (e.target.closest("[data-again]")) {
		e.preventDefault();
		location.reload();
	} else for (const list of all(".drop[open]")) if (!list.contains(e.target)) list.open = false;
});

document.addEventListener("keydown", (e) => {
	const list = e.key === "Escape" && $(".drop[open]");
	if (list) {
		list.open = false;
		$("summary", list).focus();
	}
});

// Ignores a second click on a submit button. The server makes no second order anyway; this saves the visitor the wait.
document.addEventListener("submit", (e) => {
	const form = e.target;
	if (form.method !== "post") return;
	if (form.dataset.sent || (form.id === "buy" && choosing)) e.preventDefault();
	else {
		form.dataset.sent = "1";
		if (form.closest("#product") && !(form.id === "buy" && !$(".tool-cart .count"))) { // the first goes to the cart
			e.preventDefault();
			send(form);
		}
	}
});
addEventListener("pageshow", () => {
	for (const form of document.forms) delete form.dataset.sent;
	if (choosing) location.reload();
	else if (pending()) choose(); // the browser restored a choice
});

stepper();
if (pending()) choose(); // made before the script was here
hideReshape();
for (const b of all("[data-print], [data-again]")) b.hidden = false;
if (navigator.clipboard) for (const b of all("[data-copy]")) b.hidden = false;
for (const wide of all(".prose :is(table, pre)")) if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
if ($("#errors")) $("#errors").focus();
const here = $(".menu [aria-current]"), row = here && here.closest("ul");
if (row) { // the row scrolls on phones
	const [a, b] = [here, row].map((e) => e.getBoundingClientRect());
	row.scrollLeft += a.left + a.width / 2 - b.left - b.width / 2;
}
