"""Règles sur les examens sous-traités : dans le compte rendu, avec qui les a exécutés, jamais à part ni en lien."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.compte_rendu.attendu import Laboratoire, Resultat
from steps.verifications.compte_rendu.lecture import (
    MODELE_COPIE,
    MODELE_SECONDE_INTENTION,
    AttacheLue,
    CorpsLu,
    ExecutantLu,
    ObservationLue,
)
from steps.verifications.compte_rendu.structure import VOLET, decrire, lire_ou_dire, porte
from steps.verifications.compte_rendu.textes import contient, plier
from steps.verifications.registre import verification

_EXIGENCE = "REM BIO, exigence SGL.DOC/va1.22 (travaux de concertation 2023)"
_CORPS = "ClinicalDocument/component/structuredBody"

R_PDF_INTEGRE = Regle(
    "CR-SST-01",
    "Le PDF reçu du sous-traitant est dans le CDA N3 du laboratoire, octet pour octet",
    f"{_EXIGENCE} ; {VOLET}, § 3.3.6 et section FR-Resultats-de-laboratoire-de-biologie-de-seconde-intention",
    Confiance.OFFICIELLE,
    "Attachez ce PDF dans une section de modèle 1.2.250.1.213.1.1.2.60, en base64 dans observationMedia/value.",
)
R_SECTION = Regle(
    "CR-SST-02",
    "Le PDF du sous-traitant est dans la section prévue par le volet",
    f"{VOLET}, section FR-Resultats-de-laboratoire-de-biologie-de-seconde-intention",
    Confiance.DOCUMENTEE,
    "Donnez à sa section le modèle 1.2.250.1.213.1.1.2.60.",
)
R_STRUCTURES = Regle(
    "CR-SST-03",
    "Les résultats du sous-traitant sont structurés dans le CDA N3 du laboratoire",
    _EXIGENCE,
    Confiance.OFFICIELLE,
    "Écrivez une observation par résultat du sous-traitant, ou intégrez son PDF.",
)
R_EXECUTANT = Regle(
    "CR-SST-04",
    "Les résultats du sous-traitant disent qu'il les a exécutés, et eux seuls",
    f"{_EXIGENCE} ; {VOLET}, élément FR-Laboratoire-executant",
    Confiance.OFFICIELLE,
    "Écrivez performer (modèle 1.3.6.1.4.1.19376.1.3.3.1.7) sur l'acte ou l'observation des analyses sous-traitées.",
)
R_COORDONNEES = Regle(
    "CR-SST-05",
    "Le CDA N3 donne le nom et les coordonnées du sous-traitant",
    _EXIGENCE,
    Confiance.OFFICIELLE,
    "Écrivez l'adresse et le téléphone du sous-traitant dans representedOrganization (addr, telecom) et dans le récit.",
)


@verification(R_PDF_INTEGRE, R_SECTION)
def pdf_integre(cda: bytes, recu: bytes, quoi: str) -> list[Constat]:
    """Le PDF reçu se retrouve parmi les contenus attachés, ailleurs que dans la copie du compte rendu."""
    corps = lire_ou_dire(R_PDF_INTEGRE, cda, quoi)
    if isinstance(corps, Constat):
        return [corps]
    siens = [attache for attache in corps.attaches if attache.octets == recu]
    integre = juger(
        R_PDF_INTEGRE,
        bool(siens),
        f"le PDF reçu du sous-traitant n'est pas dans {quoi}",
        attendu=_empreinte(recu),
        recu=_attaches(corps),
        ou=_CORPS,
    )
    if not siens:
        return [integre]
    modeles = sorted({modele for attache in siens for modele in attache.modeles})
    section = juger(
        R_SECTION,
        MODELE_SECONDE_INTENTION in modeles,
        f"le PDF du sous-traitant n'est pas dans la section prévue de {quoi}",
        attendu=f"section de modèle {MODELE_SECONDE_INTENTION}",
        recu=", ".join(modeles) or "section sans modèle",
        ou=_CORPS,
    )
    return [integre, section]


@verification(R_STRUCTURES, R_EXECUTANT, R_COORDONNEES)
def resultats_du_sous_traitant(
    cda: bytes, resultats: Sequence[Resultat], labo: Laboratoire, quoi: str
) -> list[Constat]:
    """Résultats sous-traités structurés, attribués à leur exécutant, dont les coordonnées se lisent."""
    corps = lire_ou_dire(R_STRUCTURES, cda, quoi)
    if isinstance(corps, Constat):
        return [corps]
    siens = [r for r in resultats if r.sous_traite and r.valeur]
    propres = [r for r in resultats if not r.sous_traite and r.valeur]
    if not siens or not propres:
        return [R_STRUCTURES.sans_objet("il faut des analyses sous-traitées et d'autres qui ne le sont pas")]
    trouves = {r: _observation(corps, r) for r in siens}
    manques = [r.ecrit for r, observation in trouves.items() if observation is None]
    structures = juger(
        R_STRUCTURES,
        not manques,
        f"des résultats du sous-traitant ne sont pas structurés dans {quoi}",
        attendu=" ; ".join(r.ecrit for r in siens),
        recu=" ; ".join(manques) or " ; ".join(decrire(o) for o in trouves.values() if o),
        ou=_CORPS,
    )
    if manques:
        return [structures]
    executants = {r.libelle: o.executant for r, o in trouves.items() if o}
    autres = {r.libelle: o.executant for r in propres if (o := _observation(corps, r)) is not None}
    faux = [f"{nom} : {_dire(lu)}" for nom, lu in executants.items() if not _est(lu, labo)]
    faux += [f"{nom} : {_dire(lu)}" for nom, lu in autres.items() if _est(lu, labo)]
    executes = juger(
        R_EXECUTANT,
        not faux,
        f"l'exécutant des analyses sous-traitées n'est pas dit dans {quoi}",
        attendu=f"{labo.nom} ({labo.finess}) pour {', '.join(executants)}, et pour elles seules",
        recu=" ; ".join(faux) or f"{labo.nom} pour {', '.join(executants)}",
        ou="performer",
    )
    return [structures, executes, _coordonnees(corps, labo, quoi, [lu for lu in executants.values() if lu])]


def _coordonnees(corps: CorpsLu, labo: Laboratoire, quoi: str, executants: Sequence[ExecutantLu]) -> Constat:
    recit, code = plier(corps.recit), plier(" ".join(lu.texte for lu in executants))
    voulus = (("nom", labo.nom), *labo.coordonnees)
    absents = [f"{nature} « {mot} »" for nature, mot in voulus if not _lu(recit, mot) and not _lu(code, mot)]
    if absents:
        return R_COORDONNEES.enfreinte(
            f"{quoi} ne donne pas toutes les coordonnées du sous-traitant",
            attendu=", ".join(absents),
            recu=(code or recit)[:300] or "rien",
            ou="performer et récit",
        )
    if muets := [f"{nature} « {mot} »" for nature, mot in voulus if not _lu(recit, mot)]:
        return R_COORDONNEES.a_regarder(
            f"dans {quoi}, le récit ne dit pas : {', '.join(muets)} ; montrez que l'affichage le dit", ou="récit"
        )
    return R_COORDONNEES.respectee(recu=", ".join(mot for _, mot in voulus), ou="performer et récit")


def _lu(texte: str, mot: str) -> bool:
    """Un mot, ou un numéro de téléphone quelle que soit sa ponctuation."""
    chiffres = "".join(c for c in mot if c.isdigit())
    if len(chiffres) >= 10:
        nu = "".join(c for c in texte if c.isdigit() or c.isalpha())
        return chiffres in nu or f"33{chiffres.removeprefix('0')}" in nu
    return contient(texte, mot)


def _est(executant: ExecutantLu | None, labo: Laboratoire) -> bool:
    if executant is None:
        return False
    finess = any(labo.finess and identifiant.endswith(labo.finess) for identifiant in executant.identifiants)
    return finess or plier(labo.nom) in plier(executant.nom)


def _dire(executant: ExecutantLu | None) -> str:
    if executant is None:
        return "aucun exécutant"
    return " ".join((executant.nom, *executant.identifiants)) or "exécutant sans nom"


def _observation(corps: CorpsLu, resultat: Resultat) -> ObservationLue | None:
    return next((o for o in corps.observations if resultat.code in o.codes and porte(o, resultat)), None)


def _empreinte(octets: bytes) -> str:
    return f"{len(octets)} octets, SHA-256 {hashlib.sha256(octets).hexdigest()[:16]}…"


def _attaches(corps: CorpsLu) -> str:
    dites = [f"{'copie' if MODELE_COPIE in a.modeles else 'contenu'} {_contenu(a)}" for a in corps.attaches]
    dites += [f"lien {adresse}" for adresse, _ in corps.liens]
    return " ; ".join(dites) or "aucun contenu attaché"


def _contenu(attache: AttacheLue) -> str:
    return _empreinte(attache.octets) if attache.octets else f"à l'adresse {attache.adresse or 'inconnue'}"
