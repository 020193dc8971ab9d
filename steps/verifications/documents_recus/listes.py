"""Liste de travail des documents non lus : présence, métadonnées de l'enveloppe CDA, ordre, filtres, ouverture."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.verifications.cda.dates import instant_de
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.lecture import lire_cda
from steps.verifications.documents_recus.attendus import lire_enveloppe
from steps.verifications.registre import verification

_REM = "REM LGC, exigence {} (travaux de concertation 2023)"
_LISTE = "liste des documents non lus"


def _meta(rang: str, quoi: str, a_faire: str) -> Regle:
    titre = f"La liste des non lus restitue {quoi} de l'enveloppe CDA"
    return Regle(f"RECU-META-{rang}", titre, _REM.format("LGC.MSS/va1.25"), Confiance.OFFICIELLE, a_faire)


R_TITRE = _meta("01", "le titre", "Montrez le titre du CDA, entier.")
R_DATE = _meta("02", "la date et l'heure de création", "Montrez effectiveTime, non la date de réception.")
R_PATIENT = _meta("03", "le patient", "Montrez le nom et le prénom de naissance du patient du CDA.")
R_AUTEUR = _meta("04", "chaque auteur et son organisation", "Montrez author et representedOrganization.")
R_VERSION = _meta("05", "le numéro de version", "Montrez versionNumber.")
R_ACTES = _meta("06", "les actes, leur exécutant et son organisation", "Montrez documentationOf et son performer.")
R_VENUE = _meta("07", "la prise en charge", "Montrez componentOf : sortie, responsable, lieu.")
R_NON_LU = Regle(
    "RECU-LISTE-01",
    "Un document reçu par MSSanté entre dans la liste des non lus, et lui seul",
    _REM.format("LGC.MSS/va1.25"),
    Confiance.OFFICIELLE,
    "Versez chaque document reçu à la liste des non lus, et retirez-l'en une fois ouvert.",
)
R_RECENTS = Regle(
    "RECU-LISTE-02",
    "La liste s'ouvre sur les documents les plus récents",
    _REM.format("LGC.ERGO/va1.05"),
    Confiance.OFFICIELLE,
    "Rangez par défaut la liste du document le plus récent au plus ancien.",
)
R_TRI = Regle(
    "RECU-LISTE-03",
    "La liste se trie par date, par patient et par type de document",
    _REM.format("LGC.ERGO/va1.05"),
    Confiance.OFFICIELLE,
    "Donnez ces trois tris à la liste entière.",
)
R_FILTRE = Regle(
    "RECU-LISTE-04",
    "La liste se filtre par date, par patient et par type de document",
    _REM.format("LGC.ERGO/va1.05"),
    Confiance.OFFICIELLE,
    "Donnez ces trois filtres à la liste : ne restent que les documents voulus.",
)
R_OUVERTURE = Regle(
    "RECU-LISTE-05",
    "Les documents non lus, ou l'accès à leur liste, sont proposés à l'ouverture du logiciel",
    _REM.format("LGC.ERGO/va1.06"),
    Confiance.OFFICIELLE,
    "À l'ouverture, montrez la liste des non lus ou une notification qui y mène.",
)


@verification(R_TITRE, R_DATE, R_PATIENT, R_AUTEUR, R_VERSION, R_ACTES, R_VENUE)
def metadonnees_restituees(cda: bytes, ligne: Mapping[str, Any]) -> list[Constat]:
    """Chaque métadonnée que porte l'enveloppe se lit sur la ligne ; ce que le CDA ne porte pas n'est pas demandé."""
    entete, enveloppe = lire_cda(cda), lire_enveloppe(cda)
    patient = [(entete.patient.nom("BR"),), (entete.patient.prenom("BR"),)]
    auteurs = [(a.nom,) for a in entete.auteurs if a.nom]
    auteurs += [(a.organisation.nom,) for a in entete.auteurs if a.organisation and a.organisation.nom]
    actes = [mots for acte in enveloppe.actes for mots in acte]
    return [
        _restitue(R_TITRE, [(entete.titre,)], ligne.get("titre")),
        _date(entete.date_creation, str(ligne.get("date_creation") or "")),
        _restitue(R_PATIENT, patient, ligne.get("patient")),
        _restitue(R_AUTEUR, auteurs, ligne.get("auteurs")),
        juger(
            R_VERSION,
            str(ligne.get("version") or "").strip() == entete.version,
            "la version montrée n'est pas celle du document",
            attendu=entete.version,
            recu=str(ligne.get("version") or ""),
            ou=_LISTE,
        ),
        _restitue(R_ACTES, actes, ligne.get("actes")),
        _restitue(R_VENUE, enveloppe.prise_en_charge, ligne.get("prise_en_charge")),
    ]


def _restitue(regle: Regle, attendus: Sequence[tuple[str, ...]], montre: Any) -> Constat:
    """Chaque mot, sous l'une de ses formes (libellé ou code), se lit dans ce qui est montré."""
    voulus = [formes for formes in dict.fromkeys(attendus) if any(formes)]
    if not voulus:
        return regle.sans_objet("le document envoyé ne porte pas cette métadonnée")
    texte = " ; ".join(map(str, montre)) if isinstance(montre, list | tuple) else str(montre or "")
    lu = comparable(texte)
    absents = [formes[0] for formes in voulus if not any(_se_lit(comparable(forme), lu) for forme in formes)]
    return juger(
        regle,
        not absents,
        "une métadonnée du document manque à la liste",
        attendu=", ".join(formes[0] for formes in voulus),
        recu=f"absents : {', '.join(absents)} ; montré : {texte or 'rien'}" if absents else texte,
        ou=_LISTE,
    )


def _se_lit(forme: str, texte: str) -> bool:
    """Le mot entier : un code court (« 01 ») se trouverait par hasard dans une date ou un numéro."""
    return re.search(rf"(?<![\w-]){re.escape(forme)}(?![\w-])", texte) is not None


def _date(envoyee: str, montree: str) -> Constat:
    """Même instant, à la minute ; sans décalage horaire, l'heure montrée est celle du poste : à regarder."""
    attendu = instant_de(envoyee)
    try:
        lue = datetime.fromisoformat(montree)
    except ValueError:
        lue = None
    if attendu is not None and lue is not None and lue.tzinfo is None:
        ecart = abs((lue.replace(tzinfo=UTC) - attendu).total_seconds())
        if ecart <= 15 * 3600:
            return R_DATE.a_regarder("date montrée sans décalage horaire : comparez-la", recu=montree, ou=_LISTE)
    return juger(
        R_DATE,
        attendu is not None and lue is not None and _minute(lue) == _minute(attendu),
        "la date montrée n'est pas celle du document",
        attendu=envoyee,
        recu=montree,
        ou=_LISTE,
    )


def _minute(instant: datetime) -> datetime:
    utc = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    return utc.replace(second=0, microsecond=0)


@verification(R_NON_LU)
def dans_les_non_lus(
    document_id: str, montres: Sequence[Mapping[str, Any]], *, lu: bool, quoi: str, autres_noms: Sequence[str] = ()
) -> Constat:
    """Le document est dans la liste tant que nul ne l'a ouvert ; ouvert (`lu`), il n'y est plus comme non lu.

    `autres_noms` : les document_id que le logiciel lui a donnés avant de le classer ; sa ligne peut garder le premier.
    """
    noms = {document_id, *autres_noms}
    present = any(str(m.get("document_id")) in noms and not m.get("lu") for m in montres)
    return juger(
        R_NON_LU,
        present != lu,
        f"« {quoi} » : {'lu, il est encore parmi les non lus' if lu else 'absent de la liste des non lus'}",
        attendu="hors de la liste" if lu else "dans la liste",
        recu="dans la liste" if present else "hors de la liste",
        ou=_LISTE,
    )


@verification(R_OUVERTURE)
def propose_a_l_ouverture(document_id: str, montres: Sequence[Mapping[str, Any]], acces: bool, quoi: str) -> Constat:
    """Le document est proposé dès l'ouverture, ou un accès vers la liste est annoncé."""
    present = any(str(m.get("document_id")) == document_id for m in montres)
    return juger(
        R_OUVERTURE,
        present or acces,
        f"« {quoi} » : rien à l'ouverture ne mène aux documents non lus",
        attendu="la liste des non lus, ou un accès vers elle",
        recu=f"{len(montres)} document(s), accès {'annoncé' if acces else 'non annoncé'}",
        ou="écran d'ouverture",
    )


@verification(R_RECENTS, R_TRI)
def ordre_de_la_liste(
    tri: str, cles: Mapping[str, str], montres: Sequence[str], reception: Sequence[str] = ()
) -> Constat:
    """`cles` : document → ce sur quoi trier ; `montres` : documents dans l'ordre montré ; `tri` vide : par défaut.

    Par défaut, du plus récent au plus ancien ; sur demande, dans un sens ou dans l'autre, deux égaux dans tout ordre.
    `reception` : documents dans l'ordre où ils sont arrivés ; l'exigence ne dit pas quelle date, celle-là se regarde.
    """
    regle = R_TRI if tri else R_RECENTS
    ranges = [document for document in montres if document in cles]
    vus = [cles[document] for document in ranges]
    if len(vus) < len(cles) or len(set(vus)) < 2:
        return regle.sans_objet("les documents à ranger ne sont pas tous dans la liste")
    if tri and len(vus) < 3:
        return regle.sans_objet("deux documents sont toujours rangés dans un sens ou dans l'autre : rien n'est prouvé")
    croissant, decroissant = sorted(vus), sorted(vus, reverse=True)
    juste = vus == decroissant or (bool(tri) and vus == croissant)
    arrives = [[*reversed(reception)], *([[*reception]] if tri else [])] if tri in ("", "date") else []
    if not juste and ranges in arrives:
        return regle.a_regarder(
            "la liste est rangée par date d'arrivée et non par date des documents : dites si c'est la date voulue",
            recu=" > ".join(vus),
            ou=_LISTE,
        )
    return juger(
        regle,
        juste,
        f"la liste n'est pas rangée {f'par {tri}' if tri else 'du plus récent au plus ancien'}",
        attendu=" > ".join(decroissant),
        recu=" > ".join(vus),
        ou=_LISTE,
    )


@verification(R_FILTRE)
def filtre_de_la_liste(filtre: str, voulus: Sequence[str], autres: Sequence[str], montres: Sequence[str]) -> Constat:
    """Le filtre garde `voulus` et écarte `autres` ; ce qui vient d'ailleurs n'est pas jugé."""
    manquent = [document for document in voulus if document not in montres]
    de_trop = [document for document in autres if document in montres]
    if not voulus or not autres:
        return R_FILTRE.sans_objet("ce filtre ne sépare aucun des documents envoyés")
    return juger(
        R_FILTRE,
        not manquent and not de_trop,
        f"le filtre par {filtre} ne garde pas les documents voulus",
        attendu=f"{len(voulus)} gardé(s), {len(autres)} écarté(s)",
        recu=f"{len(manquent)} perdu(s), {len(de_trop)} de trop",
        ou=_LISTE,
    )
