"""Les pages de l'écran : accueil, fonction, résultat, résultats passés, à propos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from simulators.logiciel_temoin.ecran.balises import Html, b, joindre
from simulators.logiciel_temoin.ecran.contrat import Fonction
from simulators.logiciel_temoin.ecran.formulaire import Etat, formulaire
from simulators.logiciel_temoin.ecran.libelles import COMPTES, RESULTATS
from simulators.logiciel_temoin.ecran.style import STYLE
from simulators.logiciel_temoin.ecran.valeurs import montrer
from simulators.logiciel_temoin.erreurs import Enveloppe


@dataclass(frozen=True)
class Resultat:
    """Une fonction jouée par un compte, et ce que le logiciel en a dit."""

    numero: int
    fonction: Fonction
    compte: str
    heure: datetime
    enveloppe: Enveloppe


class Pages:
    """Écrit les pages ; `produit` : nom et version, dits dans l'en-tête."""

    def __init__(self, produit: str, fonctions: Mapping[str, Fonction]) -> None:
        self._produit = produit
        self._fonctions = fonctions
        self._menu = {"": self._ecrire_menu("")}

    # -- pages ---------------------------------------------------------------------------------------------------

    def accueil(self, compte: str) -> Html:
        if not compte:
            return self._page("Ouvrir une session", "", self._comptes("", "/"), menu=False)
        return self._page("Accueil", compte, b("p", "Choisissez une fonction dans le menu."))

    def comptes(self, compte: str, retour: str) -> Html:
        return self._page("Changer de compte", compte, self._comptes(compte, retour), menu=False)

    def fonction(self, fonction: Fonction, compte: str, etat: Etat) -> Html:
        if not fonction.offerte:
            absente = b(
                "p", "Ce logiciel n'a pas cette fonction.", class_="message", role="status", data_resultat="non_gere"
            )
            return self._page(fonction.titre, compte, absente, courante=fonction.nom)
        general = b("p", etat.message, class_="message", role="alert") if etat.message and not etat.fautif else Html()
        return self._page(fonction.titre, compte, general, formulaire(fonction, etat), courante=fonction.nom)

    def resultat(self, resultat: Resultat) -> Html:
        enveloppe, fonction = resultat.enveloppe, resultat.fonction
        adresse = f"/resultats/{resultat.numero}"
        messages = [b("li", message) for message in enveloppe.messages]
        issue = b("p", RESULTATS.get(enveloppe.resultat, enveloppe.resultat), class_=f"issue {enveloppe.resultat}",
                  role="status", data_resultat=enveloppe.resultat)  # fmt: skip
        dits = b("ul", *messages, id="messages") if messages else b("p", "Aucun message.", id="messages")
        qui = f"{COMPTES.get(resultat.compte, resultat.compte)}, {resultat.heure:%d/%m/%Y à %H:%M:%S}"
        return self._page(
            f"{fonction.titre} : résultat", resultat.compte,
            issue, b("p", qui, class_="aide"),
            b("h2", "Messages"), dits,
            b("h2", "Données"), montrer(enveloppe.donnees, adresse),
            b("p", b("a", "Enregistrer ces données (JSON)", href=f"{adresse}/donnees.json"), " · ",
              b("a", "Recommencer", href=f"/fonctions/{fonction.nom}")),
            courante=fonction.nom,
        )  # fmt: skip

    def resultats(self, resultats: Sequence[Resultat], compte: str) -> Html:
        lignes = [
            b("tr", b("td", f"{r.heure:%H:%M:%S}"), b("td", COMPTES.get(r.compte, r.compte)),
              b("td", b("a", r.fonction.titre, href=f"/resultats/{r.numero}")),
              b("td", RESULTATS.get(r.enveloppe.resultat, r.enveloppe.resultat)))
            for r in reversed(resultats)
        ]  # fmt: skip
        entete = b("tr", *(b("th", dit, scope="col") for dit in ("Heure", "Compte", "Fonction", "Résultat")))
        contenu = b("table", b("thead", entete), b("tbody", *lignes)) if lignes else b("p", "Aucun résultat.")
        return self._page("Derniers résultats", compte, contenu)

    def a_propos(self, dits: Mapping[str, Any], compte: str) -> Html:
        return self._page("À propos", compte, montrer(dits, "/a-propos"))

    def message(self, titre: str, texte: str, compte: str = "") -> Html:
        """Une page qui dit seulement ce qui ne va pas."""
        return self._page(titre, compte, b("p", texte, class_="message", role="alert"))

    # -- cadre ---------------------------------------------------------------------------------------------------

    def _page(self, titre: str, compte: str, *contenu: Html, courante: str = "", menu: bool = True) -> Html:
        session = (
            [b("p", "Compte ouvert : ", b("strong", COMPTES.get(compte, compte), data_compte=compte), " · ",
               b("a", "Changer de compte", href="/compte"))]
            if compte
            else []
        )  # fmt: skip
        haut = b(
            "header", b("p", b("a", self._produit, href="/")), *session,
            b("p", b("a", "Derniers résultats", href="/resultats"), " · ", b("a", "À propos", href="/a-propos")),
        )  # fmt: skip
        cote = self._menu.get(courante) or self._menu.setdefault(courante, self._ecrire_menu(courante))
        corps = b("main", b("h1", titre), *contenu, id="page", tabindex="-1")
        tete = b(
            "head", b("meta", charset="utf-8"), b("title", f"{titre} – {self._produit}"),
            b("meta", name="viewport", content="width=device-width, initial-scale=1"), Html(f"<style>{STYLE}</style>"),
        )  # fmt: skip
        aller = b("a", "Aller au contenu", href="#page", class_="aller")
        cadre = b("div", *([cote] if menu and compte else []), corps, class_="cadre")
        return joindre([Html("<!DOCTYPE html>\n"), b("html", tete, b("body", aller, haut, cadre), lang="fr")])

    def _ecrire_menu(self, courante: str) -> Html:
        sujets = []
        for rang, (sujet, fonctions) in enumerate(groupby(self._fonctions.values(), key=lambda f: f.sujet)):
            liens = [
                b("li", b("a", f.titre, href=f"/fonctions/{f.nom}", aria_current="page" if f.nom == courante else None))
                for f in fonctions
            ]
            sujets += [b("h2", sujet, id=f"sujet-{rang}"), b("ul", *liens, aria_labelledby=f"sujet-{rang}")]
        return b("nav", *sujets, aria_label="Fonctions")

    def _comptes(self, compte: str, retour: str) -> Html:
        choix = [
            b("label", b("input", type="radio", name="compte", value=code, checked=code == compte, required=True),
              f" {dit} ", b("code", code))
            for code, dit in COMPTES.items()
        ]  # fmt: skip
        return b(
            "form", b("input", type="hidden", name="retour", value=retour),
            b("fieldset", b("legend", "Quel compte utilise le logiciel ?"), *choix),
            b("button", "Ouvrir la session", type="submit", id="ouvrir"), method="post", action="/compte",
        )  # fmt: skip
