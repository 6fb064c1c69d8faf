// kontor.js - progressive enhancement. Every page works without it.
"use strict";

const $ = (selector, from = document) => from.querySelector(selector);

// Choosing a variant fetches the page of that variant and replaces the parts that differ.
let choosing = 0;
async function choose(input) {
	const mine = ++choosing, quantity = $("#quantity");
	try {
		const answer = await fetch(input.dataset.url, { credentials: "same-origin" });
		if (!answer.ok) throw new Error(answer.statusText);
		const page = new DOMParser().parseFromString(await answer.text(), "text/html");
		const fresh = $("#product", page);
		if (mine !== choosing || !fresh) return;
		const value = quantity && quantity.value, id = input.id;
		$("#product").replaceWith(document.adoptNode(fresh));
		if ($("#quantity") && value) $("#quantity").value = value;
		stepper();
		history.replaceState(null, "", input.dataset.url);
		const again = document.getElementById(id);
		if (again) again.focus({ preventScroll: true });
		say($(".buy-price .price") && $(".buy-price .price").textContent);
	} catch (e) {
		location.assign(input.dataset.url);
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

// Minus and plus buttons beside the product page's quantity.
function stepper() {
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
	for (const other of document.querySelectorAll(".thumbs a")) other.removeAttribute("aria-current");
	link.setAttribute("aria-current", "true");
	return true;
}

function zoom(link) {
	const box = document.createElement("dialog"), img = document.createElement("img"), close = document.createElement("form");
	if (!box.showModal) return false;
	box.className = "zoom";
	img.src = link.href;
	img.alt = $("img", link).alt;
	close.method = "dialog";
	box.append(img, close);
	box.addEventListener("click", () => box.close());
	box.addEventListener("close", () => box.remove());
	document.body.append(box);
	box.showModal();
	return true;
}

document.addEventListener("change", (e) => {
	const t = e.target;
	if (t.matches(".pill input[data-url]")) choose(t);
	else if (t.id && $(`[data-reshape="${t.id}"]`)) reshape(t);
	else if (t.matches(".line-form input[name=quantity]") && t.form.requestSubmit) t.form.requestSubmit($("button[value=set]", t.form));
});

// Another country has other fields: asks for its form, and replaces the fields.
async function reshape(select) {
	const button = $(`[data-reshape="${select.id}"]`), data = new FormData(select.form);
	data.set("act", button.value);
	try {
		const answer = await fetch(select.form.action, { method: "POST", credentials: "same-origin", body: new URLSearchParams(data) });
		if (!answer.ok) throw new Error(answer.statusText);
		const page = new DOMParser().parseFromString(await answer.text(), "text/html");
		const fresh = page.getElementById(select.id).closest(".field-grid");
		select.closest(".field-grid").replaceWith(document.adoptNode(fresh));
		hideReshape();
		document.getElementById(select.id).focus({ preventScroll: true });
	} catch (e) {
		select.form.requestSubmit(button);
	}
}
const hideReshape = () => { for (const b of document.querySelectorAll("[data-reshape]")) b.hidden = true; };

document.addEventListener("click", (e) => {
	if (e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
	const small = e.target.closest(".thumbs a"), large = e.target.closest("a#picture");
	if ((small && gallery(small)) || (large && zoom(large))) e.preventDefault();
	else if (e.target.closest("[data-print]")) print();
	else for (const open of document.querySelectorAll(".tool-language[open]")) if (!open.contains(e.target)) open.open = false;
});

document.addEventListener("keydown", (e) => {
	const open = e.key === "Escape" && $(".tool-language[open]");
	if (open) {
		open.open = false;
		$("summary", open).focus();
	}
});

// Ignores a second click on a submit button. The server makes no second order anyway; this saves the visitor the wait.
document.addEventListener("submit", (e) => {
	const form = e.target;
	if (form.method !== "post") return;
	if (form.dataset.sent) e.preventDefault();
	else form.dataset.sent = "1";
});
addEventListener("pageshow", () => {
	for (const form of document.forms) delete form.dataset.sent;
});

stepper();
hideReshape();
for (const b of document.querySelectorAll("[data-print]")) b.hidden = false;
if ($("#errors")) $("#errors").focus();
