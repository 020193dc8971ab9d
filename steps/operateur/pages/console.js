// La console de l'essai guidé : lit le flux d'événements du banc, montre la demande en cours, envoie la réponse.
"use strict";
import { ABSENT, creer, el } from "/pages/formulaire.js";
import { Pieces } from "/pages/depot.js";

const $ = id => document.getElementById(id);
const CSRF = document.querySelector("meta[name=csrf]").content;
const SIGNES = { conforme: "✔", non_conforme: "✘", a_verifier: "?", non_concluant: "!", non_execute: "–", non_applicable: "·" };
const lignes = new Map();
let campagne = null, courante = null, numero = 0, messages = null, releve = null, echeance = null, pause = false, copiee = 0, envoi = false, minuterie = null, vus = 0;

async function envoyer(adresse, corps) {
  try {
    const reponse = await fetch(adresse, { method: "POST", body: corps, headers: { "X-Banc-Sons": CSRF, "Content-Type": corps instanceof Blob ? "application/octet-stream" : "application/json" } });
    const lu = await reponse.json();
    return reponse.ok ? lu : { erreur: lu.erreur || `erreur ${reponse.status}`, champ: lu.champ };
  } catch { return { erreur: "le banc ne répond pas : vérifiez que la campagne tourne encore, puis recommencez ; rien n'est perdu" }; }
}
const poster = (adresse, valeur) => envoyer(adresse, JSON.stringify(valeur));
const pieces = new Pieces(envoyer);

// -- campagne ---------------------------------------------------------------------------------------------------

function montrerCampagne(recue) {
  const debut = !campagne;
  campagne = recue;
  $("campagne").textContent = `${campagne.titre} — ${campagne.logiciel}`;
  $("demonstration").hidden = !campagne.demonstration;
  $("rejeu").hidden = !campagne.rejeu;
  $("accueil-phrase").textContent = campagne.phrase;
  $("accueil-dossier").textContent = campagne.dossier;
  $("accueil").hidden = campagne.commencee;
  $("travail").hidden = !campagne.commencee;
  if (debut) { $("nom").value = campagne.nom || campagne.nom_propose || ""; if (!campagne.commencee) $("nom").focus(); }
  $("duree").textContent = campagne.reste_s > 0 ? `Il reste environ ${duree(campagne.reste_s)}.` : "";
  if (campagne.fin) { $("attente-titre").textContent = "La campagne est finie"; $("rien").lastElementChild.textContent = campagne.fin; }
  avancer();
  tour();
}
const duree = s => s < 90 ? `${Math.max(1, Math.round(s))} s` : s < 5400 ? `${Math.round(s / 60)} min` : `${(s / 3600).toFixed(1).replace(".", ",")} h`;

function montrerScenarios(recues) {
  for (const ligne of recues) {
    const avant = lignes.get(ligne.numero), li = avant ? avant.li : el("li");
    lignes.set(ligne.numero, { ligne, li });
    const signe = ligne.etat === "fini" ? SIGNES[ligne.verdict] : ligne.etat === "en_cours" ? "▶" : "○";
    const dit = ligne.etat === "fini" ? ligne.verdict_libelle : ligne.etat === "en_cours" ? "en cours" : ligne.personne ? "une personne" : "machine";
    li.className = "";
    li.title = ligne.titre;
    li.replaceChildren(el("span", { class: ligne.verdict, "aria-hidden": "true" }, signe),
      el("span", {}, el("span", { class: "numero" }, ligne.numero), " ", el("span", { class: ligne.verdict }, dit + (ligne.rejoue ? ", rejoué" : ""))),
      el("span", { class: "intitule" }, ligne.titre));
    if (ligne.etat === "en_cours") li.setAttribute("aria-current", "step"); else li.removeAttribute("aria-current");
    if (!avant) $("scenarios").append(li);
    filtrer(ligne, li);
    if (ligne.etat === "en_cours") { vus = 0; if (!document.querySelector("nav:hover, nav:focus-within")) li.scrollIntoView({ block: "nearest" }); }
    if (ligne.etat === "fini" && avant && avant.ligne.etat !== "fini") montrerResultat(ligne);
  }
  avancer();
}
function filtrer(ligne, li) {
  const f = $("filtre").value, fini = ligne.etat === "fini";
  li.hidden = f === "personne" ? !ligne.personne : f === "reste" ? fini : f === "ecarts" ? !fini || ["conforme", "non_applicable"].includes(ligne.verdict) : false;
}
$("filtre").onchange = () => { for (const { ligne, li } of lignes.values()) filtrer(ligne, li); };
function avancer() {
  const toutes = [...lignes.values()].map(x => x.ligne), finies = toutes.filter(l => l.etat === "fini");
  const compte = v => finies.filter(l => l.verdict === v).length;
  $("barre").max = toutes.length || 1;
  $("barre").value = finies.length;
  const dits = [["conforme", "conforme", "s"], ["non_conforme", "non conforme", "s"], ["a_verifier", "à vérifier", ""], ["non_concluant", "non concluant", "s"], ["non_execute", "non exécuté", "s"], ["non_applicable", "non applicable", "s"]].map(([v, n, s]) => [compte(v), n, s]).filter(([c]) => c).map(([c, n, s]) => `${c} ${n}${c > 1 ? s : ""}`);
  const reste = toutes.filter(l => l.etat !== "fini" && l.personne).length;
  $("avancement").textContent = `${finies.length} sur ${toutes.length}${dits.length ? " : " + dits.join(", ") : ""}. ${reste} ${reste > 1 ? "demandent" : "demande"} encore une personne.`;
}
function montrerResultat(ligne) {
  $("bloc-resultat").hidden = false;
  const fait = el("div", {}, el("p", {}, el("span", { class: "verdict " + ligne.verdict }, `${SIGNES[ligne.verdict]} ${ligne.verdict_libelle}`), ` — ${ligne.numero} ${ligne.titre}`));
  if (ligne.rejoue) fait.append(el("p", { class: "marque" }, "rejoué"));
  if (ligne.raison && !ligne.constats.length) fait.append(el("p", {}, ligne.raison));
  for (const c of ligne.constats) {
    fait.append(el("p", { class: c.verdict }, c.message));
    const dl = el("dl");
    for (const [nom, cle] of [["Attendu", "attendu"], ["Reçu", "recu"], ["Où", "ou"], ["À faire", "a_faire"]]) if (c[cle]) dl.append(el("dt", {}, nom), el("dd", {}, c[cle]));
    fait.append(dl);
  }
  $("resultat").replaceChildren(fait);
}

// -- échanges ---------------------------------------------------------------------------------------------------

function montrerEchanges(recus) {
  $("aucun")?.remove();
  for (const e of recus) {
    const guette = courante && courante.service && e.service === courante.service && e.scenario === courante.scenario;
    const tr = el("tr", { class: (e.refus ? "refus " : "") + (guette ? "guette" : "") },
      el("td", {}, new Date(e.heure).toLocaleTimeString("fr-FR")), el("td", {}, `${e.service_libelle} — ${e.operation}`), el("td", {}, e.statut || "sans réponse"));
    $("echanges").prepend(tr);
    if (guette) { vus += 1; $("vu").textContent = `Vu par le banc : ${vus} échange${vus > 1 ? "s" : ""}, le dernier à ${new Date(e.heure).toLocaleTimeString("fr-FR")} (${e.operation}).`; }
  }
  while ($("echanges").rows.length > 300) $("echanges").lastElementChild.remove();
}

// -- demande ----------------------------------------------------------------------------------------------------

function montrerDemande(recue) {
  pause = recue.en_pause;
  echeance = recue.reste_s === null ? null : Date.now() + recue.reste_s * 1000;
  $("pause").textContent = pause ? "Reprendre" : "Pause";
  const nouvelle = recue.consigne && recue.numero !== numero;
  courante = recue.consigne;
  if (!courante) numero = 0;
  $("demande").hidden = !courante;
  $("rien").hidden = !!courante;
  if (nouvelle) { numero = recue.numero; remplir(courante, recue.brouillon); }
  tour();
}
function tour() {
  const moi = !!courante && !pause;
  $("tour").className = moi ? "moi" : "";
  $("tour").textContent = campagne?.fin ? "La campagne est finie." : pause ? "En pause : le temps ne s'écoule pas." : moi ? "À vous d'agir." : "Au tour du banc : patientez.";
  document.title = (moi ? "● " : "") + "Banc SONS : essai guidé";
  temps();
}
function temps() {
  const reste = echeance === null || !courante ? null : Math.max(0, Math.round((echeance - Date.now()) / 1000));
  $("temps").textContent = !courante ? "" : reste === null ? "Vous avez tout votre temps." : pause ? "Décompte arrêté." : `Temps restant : ${Math.floor(reste / 60)} min ${String(reste % 60).padStart(2, "0")} s`;
}
setInterval(temps, 1000);

function remplir(c, brouillon) {
  envoi = false; copiee = 0;
  $("titre").textContent = c.titre;
  const scenario = lignes.get(c.scenario)?.ligne;
  $("ou").textContent = [c.scenario, scenario?.titre].filter(Boolean).join(" — ");
  $("rappel").hidden = !c.rappel; $("rappel").textContent = c.rappel;
  const long = c.genre !== "action";
  $("quoi").replaceChildren(...c.quoi_faire.split("\n").map((ligne, rang) => el("span", { class: long && rang ? "suite" : "" }, ligne + "\n")));
  $("qui").replaceChildren(...(c.utilisateur ? [el("dt", {}, "Qui agit"), el("dd", {}, c.role || c.utilisateur), el("dt", {}, "Compte"), el("dd", { id: "compte" }, c.utilisateur)] : []));
  $("guet").textContent = c.attente; $("guet").hidden = !c.attente;
  $("vu").textContent = ""; $("erreur").textContent = ""; $("raison").value = brouillon?.raison ?? "";
  valeurs(c);
  $("bloc-deroule").hidden = !c.deroule.length;
  $("deroule").replaceChildren(...c.deroule.map(e => el("li", {}, el("p", {}, e.faire),
    el("p", { class: "voir" }, el("strong", {}, "À voir : "), e.voir),
    e.ecart ? el("p", { class: "ecart" }, el("strong", {}, "Non conforme : "), e.ecart) : null)));
  $("bloc-constats").hidden = !c.constats.length;
  $("constats").replaceChildren(...c.constats.map(x => el("li", {}, x.message, x.recu ? el("span", { class: "discret" }, " — vu : " + x.recu) : null, x.a_faire ? el("span", { class: "discret" }, " — " + x.a_faire) : null)));
  const action = c.genre === "action";
  $("bloc-releve").hidden = !action;
  messages = action ? creer({ type: "array", items: { type: "string" }, libelle: "Messages vus à l'écran" }, "messages", "messages", false, {}, noter) : null;
  $("messages").replaceChildren(...(messages ? [messages.element] : []));
  const champs = Object.keys(c.schema.properties ?? {}).length;
  releve = action && champs ? creer(c.schema, "", "", true, c.connues, noter) : null;
  $("releve").replaceChildren(...(releve ? [releve.element] : []));
  $("bloc-coller").hidden = !releve; $("coller").value = ""; $("coller-erreur").textContent = "";
  if (brouillon?.donnees && releve) releve.ecrire(brouillon.donnees);
  if (brouillon?.messages && messages) messages.ecrire(brouillon.messages);
  pieces.montrer(numero, c.pieces, campagne?.attestation);
  const avec = c.issues.filter(i => i.raison).map(i => `« ${i.libelle} »`);
  $("raison-aide").textContent = avec.length ? `(obligatoire pour ${avec.join(", ")})` : "";
  $("issues").replaceChildren(...c.issues.map((issue, rang) => el("button", { type: "button", class: rang ? "" : "principal", "data-issue": issue.valeur, "aria-keyshortcuts": rang ? `Alt+${rang + 1}` : "Alt+1 Control+Enter", onclick: () => repondre(issue) }, issue.libelle)));
  if (!document.activeElement?.closest("nav, aside")) $("titre").focus({ preventScroll: false });
}
function valeurs(c) {
  $("bloc-valeurs").hidden = !c.valeurs.length;
  $("valeurs").tBodies[0].replaceChildren(...c.valeurs.map(v => {
    const lien = v.fichier ? el("a", { href: `/valeurs/${numero}/${encodeURIComponent(v.chemin)}`, download: "" }, `Télécharger (${v.taille} caractères)`) : null;
    const texte = el("span", { "data-valeur": v.chemin }, v.texte);
    const simple = ["texte", "nombre", "booleen"].includes(v.nature);
    const bouton = simple && v.texte ? el("button", { type: "button", class: "petit copier", "aria-label": `Copier ${v.libelle}` }, "Copier") : null;
    if (bouton) bouton.onclick = () => copier(bouton, v);
    return el("tr", {}, el("th", { scope: "row" }, v.libelle, " ", el("span", { class: "chemin" }, v.chemin)),
      el("td", {}, texte, simple ? null : el("span", { class: "nature" }, ` ${{ nul: "sans valeur", liste_vide: "liste vide", objet_vide: "objet vide" }[v.nature]}`), v.texte && lien ? el("br") : null, lien),
      el("td", {}, bouton));
  }));
  $("bloc-json").hidden = !c.parametres || !c.valeurs.length;
  $("json").textContent = c.parametres ? JSON.stringify(c.parametres, null, 1) : "";
}
async function copier(bouton, v) {
  try { await navigator.clipboard.writeText(v.texte); }
  catch {  // page sans droit au presse-papiers : la sélection suffit à Ctrl-C
    const zone = document.createRange(); zone.selectNodeContents(bouton.closest("tr").querySelector("[data-valeur]"));
    getSelection().removeAllRanges(); getSelection().addRange(zone);
    try { document.execCommand("copy"); } catch { /* reste sélectionné */ }
  }
  bouton.textContent = "Copié";
  $("liaison").textContent = `${v.libelle} copié`;
  setTimeout(() => { bouton.textContent = "Copier"; liaison(true); }, 1500);
}

// -- réponse ----------------------------------------------------------------------------------------------------

function lire() {
  const lu = releve ? releve.lire() : {};
  return { donnees: lu === ABSENT ? {} : lu, messages: [].concat(messages?.rempli() ? messages.lire() : []).filter(m => typeof m === "string" && m), raison: $("raison").value };
}
function noter() {
  clearTimeout(minuterie);
  const pour = numero;
  minuterie = setTimeout(() => { if (pour && pour === numero && !envoi) poster("/brouillon", { numero: pour, brouillon: lire() }); }, 400);
}
async function repondre(issue) {
  if (envoi || !numero) return;
  if (issue.raison && !$("raison").value.trim()) return dire(`« ${issue.libelle} » demande une raison écrite : un relecteur la lira.`, $("raison"));
  envoi = true; clearTimeout(minuterie);
  for (const b of $("issues").children) b.setAttribute("aria-disabled", "true");
  const reponse = await poster("/reponse", { numero, issue: issue.valeur, ...lire() });
  if (reponse.erreur) { envoi = false; for (const b of $("issues").children) b.removeAttribute("aria-disabled"); dire(reponse.erreur); }
}
function dire(erreur, cible) { $("erreur").textContent = erreur; (cible || $("erreur")).focus(); }
$("raison").oninput = noter;
$("demande").onsubmit = e => e.preventDefault();
$("appliquer").onclick = () => {
  try {
    const lu = JSON.parse($("coller").value);
    if (typeof lu !== "object" || !lu || Array.isArray(lu)) throw new Error("attendu un objet, entre accolades");
    releve.ecrire(lu); noter(); $("coller-erreur").textContent = ""; $("bloc-coller").open = false;
  } catch (erreur) { $("coller-erreur").textContent = "Ce JSON ne se lit pas : " + erreur.message; }
};
$("pause").onclick = () => poster("/pause", { pause: !pause });
$("depart").onsubmit = async e => { e.preventDefault(); const r = await poster("/commencer", { nom: $("nom").value }); $("alerte").textContent = r.erreur || ""; };
document.addEventListener("keydown", e => {
  if (!numero && e.key.toLowerCase() !== "p") return;
  const boutons = $("issues").children;
  if (e.ctrlKey && e.key === "Enter") { e.preventDefault(); boutons[0]?.click(); }
  else if (e.altKey && /^[1-9]$/.test(e.key) && boutons[e.key - 1]) { e.preventDefault(); boutons[e.key - 1].click(); }
  else if (e.altKey && e.key.toLowerCase() === "c") { e.preventDefault(); const b = document.querySelectorAll("#valeurs .copier"); if (b.length) { b[copiee % b.length].click(); b[copiee++ % b.length].focus(); } }
  else if (e.altKey && e.key.toLowerCase() === "p") { e.preventDefault(); $("pause").click(); }
});

// -- liaison ----------------------------------------------------------------------------------------------------

function liaison(bonne) {
  $("liaison").textContent = bonne ? "relié au banc" : "";
  if (bonne) $("alerte").textContent = "";
  else if (!campagne?.fin) $("alerte").textContent = "Le banc ne répond plus. Ce que vous avez saisi reste ici ; la page se reliera d'elle-même. Si la campagne s'est arrêtée, reprenez-la par --reprendre.";
}
const flux = new EventSource("/evenements");
const aucun = $("aucun");
flux.onopen = () => { liaison(true); $("echanges").replaceChildren(aucun); };
flux.onerror = () => liaison(false);
const suivre = (nom, faire) => flux.addEventListener(nom, e => faire(JSON.parse(e.data)));
suivre("campagne", montrerCampagne);
suivre("scenarios", montrerScenarios);
suivre("echanges", montrerEchanges);
suivre("demande", montrerDemande);
suivre("depots", d => pieces.deposees(d));
suivre("adieu", () => { flux.close(); $("liaison").textContent = "campagne terminée"; $("demande").hidden = true; $("rien").hidden = false; numero = 0; courante = null; if (campagne) { campagne.fin ||= "Le banc est arrêté."; montrerCampagne(campagne); } });
