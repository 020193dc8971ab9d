"""Le nom d'un PDF joint à un courriel de santé."""

from __future__ import annotations

import re

from reports.constat import Constat
from steps.flux.identite import comparable
from steps.verifications.cda.dates import jour
from steps.verifications.cda.modele import EnTeteCda
from steps.verifications.pdf.regles_fichier import NOM_ACTE, NOM_DE_FICHIER, NOM_JOINT, NOM_PATIENT
from steps.verifications.registre import verification

TYPE_MAX = 40
_PARTIES_MAX = 40
ATTENDU = "AAAAMMJJ_type_NOM_prenom.pdf (ou …_prenom_numéro de dossier.pdf)"


@verification(NOM_DE_FICHIER)
def nom_de_fichier(nom: str) -> Constat:
    """Date de l'acte, type de 40 caractères au plus, NOM, prénom, puis s'il y a lieu le numéro de dossier.

    Un écart est une remarque : la règle vaut pour un PDF joint à un courriel, et rien ne dit que celui-ci le soit.
    """
    ecart = _ecart(nom)
    if not ecart:
        return NOM_DE_FICHIER.respectee(recu=nom[:200], ou="nom du fichier")
    message = f"Le nom n'est pas celui d'un document joint à un courriel de santé : {ecart}."
    return NOM_DE_FICHIER.signalee(message, attendu=ATTENDU, recu=nom[:200], ou="nom du fichier")


def _ecart(nom: str) -> str:
    base, point, extension = nom.rpartition(".")
    parties = base.split("_")
    if not point or extension.lower() != "pdf" or len(parties) < 4 or not all(parties):
        return "il n'a pas ses quatre parties"
    if not re.fullmatch(r"[0-9]{8}", parties[0]) or jour(parties[0]) is None:
        return f"« {parties[0]} » n'est pas une date"
    # Le type peut porter des soulignés, et le numéro de dossier manquer : une lecture juste suffit.
    lectures = [
        ("_".join(parties[1 : -1 - suite]), parties[-1 - suite]) for suite in (1, 2) if len(parties) > 2 + suite
    ]
    ecarts = [_lecture(type_, famille) for type_, famille in lectures]
    return "" if "" in ecarts else ecarts[0]


def _lecture(type_: str, famille: str) -> str:
    if len(type_) > TYPE_MAX:
        return f"le type dépasse {TYPE_MAX} caractères"
    return "" if famille == famille.upper() and any(map(str.isalpha, famille)) else "le nom n'est pas en capitales"


def nom_attendu(cda: EnTeteCda) -> str:
    """Le nom que ce CDA demande, sans numéro de dossier ; une donnée absente du CDA vaut « … »."""
    acte = cda.acte_principal
    type_ = " ".join(cda.code.libelle[:TYPE_MAX].split()) if cda.code is not None else ""
    nom = next((valeur for qualifie, valeur in cda.patient.noms if "BR" in qualifie.split()), cda.patient.nom(""))
    prenom = next(
        (valeur for qualifie, valeur in cda.patient.prenoms if "BR" in qualifie.split()), cda.patient.prenom("")
    )
    morceaux = (acte.debut[:8] if acte is not None else "", type_, nom.upper(), prenom)
    return "_".join(morceau or "…" for morceau in morceaux) + ".pdf"


@verification(NOM_JOINT, NOM_PATIENT, NOM_ACTE)
def nom_du_pdf_joint(nom: str, cda: EnTeteCda, *, ou: str, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Le nom d'un PDF joint à un courriel, reconstruit du CDA dont il est la copie : date de l'acte, type, NOM, prénom.

    Accents, traits d'union, apostrophes et espaces sont libres ; le numéro de dossier est facultatif.
    """
    attendu, recu = nom_attendu(cda), nom[:200] or "aucun nom"
    ecart = _ecart(nom)
    if ecart:
        message = f"Le nom du PDF joint n'a pas la forme attendue : {ecart}."
        return [NOM_JOINT.enfreinte(message, attendu=attendu, recu=recu, ou=ou, echanges=echanges)]
    constats = [NOM_JOINT.respectee(recu=recu, ou=ou, echanges=echanges)]
    parties = nom.rpartition(".")[0].split("_")[:_PARTIES_MAX]
    noms = {_lettres(valeur) for _, valeur in cda.patient.noms} - {""}
    prenoms = {_lettres(valeur) for _, valeur in cda.patient.prenoms} - {""}
    if not noms or not prenoms:
        return [*constats, NOM_PATIENT.sans_objet("le CDA ne nomme pas le patient", echanges=echanges)]
    place = _placer(parties, noms, prenoms)
    if place is None:
        message = "Le nom du PDF joint n'est pas celui du patient du CDA."
        return [*constats, NOM_PATIENT.enfreinte(message, attendu=attendu, recu=recu, ou=ou, echanges=echanges)]
    constats.append(NOM_PATIENT.respectee(recu=recu, ou=ou, echanges=echanges))
    acte = cda.acte_principal
    libelle = cda.code.libelle if cda.code is not None else ""
    fautes = []
    if acte is not None and acte.debut and acte.debut[:8] != parties[0]:
        fautes.append(f"date {parties[0]}, acte du {acte.debut[:8]}")
    if libelle and _lettres("".join(parties[1:place])) != _lettres(libelle[:TYPE_MAX]):
        fautes.append(f"type « {'_'.join(parties[1:place])} », code « {libelle[:TYPE_MAX]} »")
    if fautes:
        message = "Le nom du PDF joint n'a pas la date de l'acte ou le type du CDA."
        recu = " ; ".join(fautes)
        return [*constats, NOM_ACTE.enfreinte(message, attendu=attendu, recu=recu, ou=ou, echanges=echanges)]
    return [*constats, NOM_ACTE.respectee(recu=recu, ou=ou, echanges=echanges)]


def _placer(parties: list[str], noms: set[str], prenoms: set[str]) -> int | None:
    """Rang de la partie où commence le NOM, suivi du prénom ; None s'ils n'y sont pas."""
    for debut in range(2, len(parties)):
        for milieu in range(debut + 1, len(parties)):
            if _lettres("".join(parties[debut:milieu])) not in noms:
                continue
            if any(_lettres("".join(parties[milieu:fin])) in prenoms for fin in range(milieu + 1, len(parties) + 1)):
                return debut
    return None


def _lettres(texte: str) -> str:
    return "".join(c for c in comparable(texte) if c.isalnum())
