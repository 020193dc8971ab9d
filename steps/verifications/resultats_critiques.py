"""Règles sur les résultats critiques reçus : qui en est alerté dans le logiciel, ce qu'en dit un message au-dehors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.constat import Confiance, Constat, Regle
from simulators.courriels.lecture import analyser, partie_texte
from steps.flux.identite import comparable, porte_suite
from steps.verifications.cda.jugement import juger
from steps.verifications.compte_rendu.textes import contient, plier
from steps.verifications.registre import verification

_REM = "REM DPI, exigence {} (travaux de concertation 2023)"
_ECRAN = "alertes montrées à l'utilisateur"
Alertes = Sequence[Mapping[str, Any]] | None
"""Ce que l'action lire_alertes rend ; None si rien n'a pu être relevé."""


def _regle(code: str, titre: str, exigence: str, a_faire: str) -> Regle:
    return Regle(f"HOP-{code}", titre, _REM.format(exigence), Confiance.OFFICIELLE, a_faire)


R_SIGNALE = _regle(
    "ALE-01", "Un résultat interprété AA, HH ou LL est signalé à l'utilisateur", "DPI.HOP/va1.10",
    "Lisez interpretationCode dans chaque observation, et alertez pour AA, HH et LL.",
)  # fmt: skip
R_NORMAL = _regle(
    "ALE-02", "Un compte rendu aux résultats normaux ne déclenche pas d'alerte", "DPI.HOP/va1.10",
    "N'alertez que pour les codes d'interprétation critiques.",
)  # fmt: skip
R_LIEN = _regle(
    "ALE-03", "L'alerte mène au dossier et au résultat qu'elle concerne", "DPI.HOP/va1.10",
    "Ouvrez depuis l'alerte le document et le dossier du patient de ce document.",
)  # fmt: skip
R_PRESCRIPTEUR = _regle(
    "ALE-04", "Le prescripteur de l'examen est alerté", "DPI.HOP/va1.11",
    "Adressez l'alerte au professionnel que le compte rendu désigne comme demandeur.",
)  # fmt: skip
R_EQUIPE = _regle(
    "ALE-05", "L'équipe de soins est alertée, que le patient soit présent ou sorti", "DPI.HOP/va1.11",
    "Adressez l'alerte à l'équipe qui prend, ou a pris, le patient en charge.",
)  # fmt: skip
R_ETRANGER = Regle(
    "HOP-ALE-06", "Un utilisateur étranger à la prise en charge ne voit pas l'alerte",
    f"{_REM.format('DPI.HOP/va1.11')} : le texte dit à qui l'alerte va, pas qui d'autre la voit", Confiance.DEDUITE,
    "N'adressez l'alerte qu'au prescripteur et à l'équipe de soins.",
)  # fmt: skip
R_AVERTI = _regle(
    "ALE-07", "L'avertissement réglé par courriel ou SMS part à la réception d'un résultat critique", "DPI.HOP/va1.12",
    "Écrivez à chaque adresse réglée quand un résultat critique arrive.",
)  # fmt: skip
R_SANS_DONNEE = _regle(
    "ALE-08", "L'avertissement ne contient aucune donnée de santé à caractère personnel", "DPI.HOP/va1.12",
    "Invitez seulement à ouvrir le logiciel : ni patient, ni examen, ni résultat.",
)  # fmt: skip
R_EN_PLUS = _regle(
    "ALE-09", "L'avertissement s'ajoute à l'alerte dans le logiciel, il ne la remplace pas", "DPI.HOP/va1.12",
    "Gardez l'alerte dans le logiciel quand un courriel ou un SMS part.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ResultatAttendu:
    """Le document reçu, son patient, et le libellé du résultat que l'alerte concerne."""

    document_id: str
    patient_id: str
    libelle: str

    def trouver(self, alertes: Alertes) -> Mapping[str, Any] | None:
        """L'alerte qui mène à ce document ; à défaut de lien, celle qui nomme le résultat."""
        for alerte in alertes or ():
            lien = alerte.get("document_id")
            if lien == self.document_id or (not lien and contient(plier(str(alerte["texte"])), self.libelle)):
                return alerte
        return None


def _dire(alertes: Alertes) -> str:
    return " ; ".join(str(alerte["texte"]) for alerte in alertes or ()) or "aucune alerte"


def _voir(regle: Regle, alertes: Alertes, resultat: ResultatAttendu, message: str) -> Constat:
    if alertes is None:
        return regle.sans_objet("les alertes n'ont pas été relevées")
    alerte = resultat.trouver(alertes)
    attendu = f"une alerte pour {resultat.libelle} ({resultat.document_id})"
    return juger(regle, alerte is not None, message, attendu=attendu, recu=_dire(alertes), ou=_ECRAN)


@verification(R_SIGNALE)
def signale(alertes: Alertes, resultat: ResultatAttendu, interpretation: str) -> Constat:
    """L'utilisateur voit une alerte pour ce résultat."""
    return _voir(R_SIGNALE, alertes, resultat, f"{resultat.libelle}, interprété {interpretation}, n'est pas signalé")


@verification(R_NORMAL)
def normal_muet(alertes: Alertes, normal: ResultatAttendu, critiques: Sequence[ResultatAttendu]) -> Constat:
    """Aucune alerte pour le normal ; cru seulement si l'un des critiques est signalé au même utilisateur."""
    intrus = normal.trouver(alertes)
    if intrus is None and not any(c.trouver(alertes) for c in critiques):
        return R_NORMAL.sans_objet("aucun résultat critique n'est signalé : le silence sur le normal ne prouve rien")
    return juger(
        R_NORMAL, intrus is None, f"{normal.libelle}, normal, est signalé comme critique",
        attendu="aucune alerte pour ce compte rendu", recu=str(intrus["texte"]) if intrus else _dire(alertes),
        ou=_ECRAN,
    )  # fmt: skip


@verification(R_LIEN)
def mene_au_bon(alertes: Alertes, resultat: ResultatAttendu) -> Constat:
    """Le dossier où mène l'alerte est celui du patient du document."""
    alerte = resultat.trouver(alertes)
    if alerte is None:
        return R_LIEN.sans_objet(f"aucune alerte pour {resultat.libelle}")
    dossier = alerte.get("patient_id")
    if not dossier:
        message = f"l'alerte de {resultat.libelle} ne dit pas où elle mène : une personne l'ouvre"
        return R_LIEN.a_regarder(message, recu=str(alerte["texte"]), ou=_ECRAN)
    return juger(
        R_LIEN, dossier == resultat.patient_id, f"l'alerte de {resultat.libelle} mène à un autre dossier",
        attendu=resultat.patient_id, recu=str(dossier), ou=_ECRAN,
    )  # fmt: skip


@verification(R_PRESCRIPTEUR)
def prescripteur_alerte(alertes: Alertes, resultat: ResultatAttendu) -> Constat:
    """`alertes` : celles que voit le prescripteur nommé par le compte rendu."""
    return _voir(R_PRESCRIPTEUR, alertes, resultat, f"le prescripteur n'est pas alerté de {resultat.libelle}")


@verification(R_EQUIPE)
def equipe_alertee(alertes: Alertes, resultat: ResultatAttendu, *, sorti: bool) -> Constat:
    """`alertes` : celles que voit un membre de l'équipe qui prend, ou a pris, le patient en charge."""
    quand = "d'un patient sorti" if sorti else "d'un patient présent"
    return _voir(R_EQUIPE, alertes, resultat, f"l'équipe {quand} n'est pas alertée de {resultat.libelle}")


@verification(R_ETRANGER)
def etranger_epargne(alertes: Alertes, etrangers: Sequence[ResultatAttendu], sien: ResultatAttendu) -> Constat:
    """Rien des autres ; cru seulement si cet utilisateur voit l'alerte qui le concerne (`sien`)."""
    intrus = [r.libelle for r in etrangers if r.trouver(alertes)]
    if not intrus and sien.trouver(alertes) is None:
        return R_ETRANGER.sans_objet("cet utilisateur ne voit aucune alerte : ce qu'il ne voit pas ne prouve rien")
    return juger(
        R_ETRANGER, not intrus, "un utilisateur voit l'alerte d'un patient qu'il ne prend pas en charge",
        attendu=f"la seule alerte de {sien.libelle}", recu=", ".join(intrus) or _dire(alertes), ou=_ECRAN,
    )  # fmt: skip


# -------------------------------------------------------------------- au-dehors
@verification(R_AVERTI)
def avertissement_parti(messages: Sequence[bytes], adresse: str) -> Constat:
    """Au moins un message est arrivé à l'adresse réglée."""
    return juger(
        R_AVERTI, bool(messages), f"aucun message n'est arrivé à {adresse}", attendu="un message",
        recu=f"{len(messages)} message(s)" if messages else "", ou=adresse,
    )  # fmt: skip


@verification(R_SANS_DONNEE)
def sans_donnee_de_sante(message: bytes, interdits: Sequence[tuple[str, str]]) -> Constat:
    """Objet, textes et noms de pièces ; `interdits` : (nature, valeur). Une pièce qui n'est pas du texte se regarde."""
    courriel = analyser(message)
    parties = [p for p in courriel.walk() if not p.is_multipart()]
    textes = [str(courriel["Subject"] or "")]
    textes += [partie_texte(p) for p in parties if p.get_content_maintype() == "text"]
    textes += [str(p.get_filename() or "") for p in parties]
    texte = "\n".join(textes)
    if not texte.strip():
        return R_SANS_DONNEE.sans_objet("le message reçu n'a ni objet ni texte : rien à juger")
    lus = [f"{nature} « {valeur} »" for nature, valeur in interdits if valeur and _porte(texte, valeur)]
    if not lus and any(p.get_content_maintype() != "text" for p in parties):
        return R_SANS_DONNEE.a_regarder("le message porte une pièce jointe : une personne l'ouvre", recu=texte[:200])
    return juger(
        R_SANS_DONNEE, not lus, "l'avertissement porte des données de santé à caractère personnel",
        attendu="une simple invitation à ouvrir le logiciel", recu=", ".join(lus) or texte[:200], ou="objet et texte",
    )  # fmt: skip


def _porte(texte: str, valeur: str) -> bool:
    """La valeur se lit entière, accents et casse à part ; un matricule, quels que soient ses espaces."""
    if valeur.isdigit() and len(valeur) >= 13:
        return porte_suite(texte, valeur[:13])
    entier = re.compile(rf"(?<!\w){re.escape(comparable(valeur))}(?!\w)")
    return bool(entier.search(comparable(texte))) or contient(plier(texte), valeur)


@verification(R_EN_PLUS)
def alerte_en_plus(alertes: Alertes, resultat: ResultatAttendu) -> Constat:
    """L'alerte est aussi dans le logiciel."""
    return _voir(R_EN_PLUS, alertes, resultat, f"l'alerte de {resultat.libelle} n'est pas dans le logiciel")
