"""Un PDF joint et le CDA dont il est la copie : identique pour un N1, mêmes données d'en-tête pour un N3."""

from __future__ import annotations

import hashlib
import re

from reports.constat import Constat, Regle
from steps.flux.identite import comparable
from steps.jugements.marque import rejouable
from steps.verifications.cda.corps import decoder
from steps.verifications.cda.modele import EnTeteCda
from steps.verifications.pdf.regles_fichier import IDENTIQUE, PATIENT, TRANSCRIT
from steps.verifications.pdf.verification import lire_ou_constat
from steps.verifications.registre import verification

_MOIS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
         "décembre")  # fmt: skip


@rejouable
def concorde_avec_cda(pdf: bytes, entete: EnTeteCda, *, ou: str = "fichier") -> list[Constat]:
    """Le PDF est la copie de ce CDA : `identique_au_cda` si le CDA encapsule un PDF (N1), `transcrit_le_cda` sinon."""
    contenu = entete.contenu
    if contenu is not None and contenu.media_type == "application/pdf":
        return [identique_au_cda(pdf, entete, ou=ou)]
    return transcrit_le_cda(pdf, entete, ou=ou)


@verification(IDENTIQUE)
def identique_au_cda(pdf: bytes, entete: EnTeteCda, *, ou: str = "fichier") -> Constat:
    """Le PDF joint est, octet pour octet, celui du corps N1."""
    encapsule = decoder(entete.contenu) if entete.contenu is not None else None
    if not encapsule:
        return IDENTIQUE.sans_objet("le PDF encapsulé dans le CDA ne se décode pas : rien à comparer")
    if encapsule == pdf:
        return IDENTIQUE.respectee(recu=f"{len(pdf)} octets identiques", ou=ou)
    return IDENTIQUE.enfreinte(
        "Le PDF n'est pas celui que le CDA encapsule.",
        attendu=_empreinte(encapsule), recu=_empreinte(pdf), ou=ou,
    )  # fmt: skip


@verification(TRANSCRIT, PATIENT)
def transcrit_le_cda(pdf: bytes, entete: EnTeteCda, *, ou: str = "fichier") -> list[Constat]:
    """Le texte du PDF porte le patient et les données de l'en-tête ; ce qui ne s'y trouve pas est à regarder.

    Une donnée peut être écrite autrement ou être dans une image : son absence du texte n'est jamais *non conforme*.
    """
    lu = lire_ou_constat(pdf, TRANSCRIT, ou)
    if isinstance(lu, Constat):
        return [lu]
    texte = comparable(lu.texte)
    attendus = champs_attendus(entete)
    trouves = {nom for nom, formes in attendus.items() if any(forme and comparable(forme) in texte for forme in formes)}
    patient = [nom for nom in attendus if nom.startswith("patient")]
    if not trouves:
        message = "aucune donnée de l'en-tête ne s'extrait du texte de ce PDF : une personne doit le lire"
        return [TRANSCRIT.a_regarder(message, recu=f"{len(lu.texte.strip())} caractère(s) extraits", ou=ou)]
    constats = []
    if patient:
        absents = [nom for nom in patient if nom not in trouves]
        constats.append(
            _champs(PATIENT, "Le PDF ne porte pas l'identité du patient du CDA.", patient, absents, attendus, ou)
        )
    entetes = [nom for nom in attendus if nom not in patient]
    absents = [nom for nom in entetes if nom not in trouves]
    constats.append(
        _champs(TRANSCRIT, "Une donnée de l'en-tête du CDA n'est pas dans le PDF.", entetes, absents, attendus, ou)
    )
    return constats


def champs_attendus(entete: EnTeteCda) -> dict[str, tuple[str, ...]]:
    """Ce que le PDF d'un N3 doit porter : champ → écritures acceptées, l'une suffit. Un champ vide du CDA est omis."""
    auteurs = [personne.nom for personne in (*entete.auteurs, entete.responsable) if personne and personne.nom]
    appareils = [a.organisation.nom for a in entete.auteurs if a.appareil and a.organisation]
    champs = {
        "patient (nom)": (entete.patient.nom("BR"), entete.patient.nom(""), entete.patient.nom("CL")),
        "patient (date de naissance)": _dates(entete.patient.naissance),
        "titre": (entete.titre,),
        "type": (entete.code.libelle, entete.titre) if entete.code else (),
        "date de création": _dates(entete.date_creation),
        "auteur ou responsable": (*auteurs, *appareils),
        "organisation": (entete.custodian.nom,) if entete.custodian else (),
    }
    return {nom: tuple(filter(None, formes)) for nom, formes in champs.items() if any(formes)}


def _dates(ts: str) -> tuple[str, ...]:
    """Écritures françaises et ISO du jour d'un horodatage HL7."""
    trouve = re.match(r"(\d{4})(\d{2})(\d{2})", ts)
    if trouve is None or not 1 <= int(trouve[2]) <= 12:
        return ()
    annee, mois, jour = trouve.groups()
    formes = [f"{jour}{s}{mois}{s}{annee}" for s in "/-. "] + [f"{annee}{s}{mois}{s}{jour}" for s in "/-."]
    formes += [f"{int(jour)}/{int(mois)}/{annee}", f"{jour}/{mois}/{annee[2:]}", f"{jour}-{mois}-{annee[2:]}"]
    nom = _MOIS[int(mois) - 1]
    return (
        *formes,
        f"{int(jour)} {nom} {annee}",
        f"{jour} {nom} {annee}",
        *((f"1er {nom} {annee}",) if jour == "01" else ()),
    )


def _champs(
    regle: Regle, message: str, noms: list[str], absents: list[str], attendus: dict[str, tuple[str, ...]], ou: str
) -> Constat:
    if not absents:
        return regle.respectee(recu=f"trouvés dans le texte : {', '.join(noms)}", ou=ou)
    manque = " ; ".join(f"{nom} : « {attendus[nom][0]} »" for nom in absents)
    return regle.a_regarder(
        f"{message} Une personne doit voir s'il y est autrement écrit : {manque}",
        recu=f"introuvable dans le texte : {', '.join(absents)}",
        ou=ou,
    )


def _empreinte(octets: bytes) -> str:
    return f"{len(octets)} octets, SHA-256 {hashlib.sha256(octets).hexdigest()[:16]}…"
