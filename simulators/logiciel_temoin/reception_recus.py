"""Ce que deviennent les documents reçus par messagerie : à traiter, traités, à consulter, comptés."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from simulators.logiciel_temoin import documents_recus
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.identite import Patient
from simulators.logiciel_temoin.labo import Labo


def a_traiter(labo: Labo, tous: Sequence[Document]) -> list[Document]:
    """Les documents reçus qui ne sont au dossier de personne."""
    if labo.defaut("recus_travail_vide"):
        return []
    if labo.defaut("recus_travail_garde_traites"):
        return list(tous)
    return [d for d in tous if not d.integration and not d.supprime]


def a_consulter(labo: Labo, tous: Sequence[Document], debut: datetime | None, fin: datetime | None) -> list[Document]:
    """Les documents entrés d'eux-mêmes pendant la période, que nul n'a encore ouverts."""
    if labo.defaut("recus_auto_liste_vide"):
        return []
    return [
        d
        for d in tous
        if (d.integration == "automatique" or (d.integration and labo.defaut("recus_auto_liste_avec_manuels")))
        and (not d.lu or labo.defaut("recus_auto_liste_consultes"))
        and (_pendant(d.integre_le, debut, fin) or labo.defaut("recus_auto_liste_sans_periode"))
    ]


def _pendant(instant: datetime | None, debut: datetime | None, fin: datetime | None) -> bool:
    if instant is None:
        return False
    return (debut is None or debut <= instant) and (fin is None or instant <= fin)


def ranger(labo: Labo, utilisateur: str, document: Document, patient: Patient, remplace: Document | None) -> None:
    """Intègre le document au dossier choisi ; il y remplace `remplace`."""
    if labo.defaut("recus_travail_integrer_sans_effet") and remplace is None:
        document.integration = "manuelle"
        return
    documents_recus.rattacher(labo, utilisateur, document, patient)
    if remplace is not None:
        remplace.etat_recu = "remplace"
        if labo.defaut("recus_travail_remplacer_ajoute"):
            remplace.etat_recu = ""
        if labo.defaut("recus_travail_remplacer_garde"):
            remplace.etat_recu, document.etat_recu = "", "remplace"


def supprimer(labo: Labo, utilisateur: str, document: Document) -> None:
    """Écarte un document reçu : il n'est au dossier de personne."""
    if labo.defaut("recus_travail_sans_suppression"):
        raise Refus("Un document reçu ne se supprime pas.")
    propose = labo.base.patients.get(document.propose)
    if labo.defaut("recus_travail_supprimer_range") and propose is not None:
        documents_recus.rattacher(labo, utilisateur, document, propose)
        return
    document.supprime = True


def statistiques(labo: Labo, tous: Sequence[Document], debut: datetime, fin: datetime) -> list[dict[str, Any]]:
    """Par type : intégrés d'eux-mêmes ou à la main pendant la période, et à traiter à sa fin."""
    if labo.defaut("recus_stat_sans_periode"):
        debut, fin = datetime.min.replace(tzinfo=debut.tzinfo), datetime.max.replace(tzinfo=fin.tzinfo)
    types = sorted({d.type_code for d in tous})
    lignes = [_compter(labo, [d for d in tous if d.type_code == type_], type_, debut, fin) for type_ in types]
    if labo.defaut("recus_stat_types_confondus") and lignes:
        return [_compter(labo, tous, types[0], debut, fin)]
    return lignes


def _compter(labo: Labo, documents: Sequence[Document], type_: str, debut: datetime, fin: datetime) -> dict[str, Any]:
    entres = [d for d in documents if d.integration and _pendant(d.integre_le, debut, fin)]
    automatiques = sum(d.integration == "automatique" for d in entres)
    manuels = len(entres) - automatiques
    restes = [
        d
        for d in documents
        if d.date_creation <= fin and not d.supprime and (d.integre_le is None or d.integre_le > fin)
    ]
    if labo.defaut("recus_stat_automatiques_oublies"):
        automatiques = 0
    if labo.defaut("recus_stat_manuels_en_automatiques"):
        automatiques, manuels = automatiques + manuels, 0
    non_integres = 0 if labo.defaut("recus_stat_sans_non_integres") else len(restes)
    return {"type_code": type_, "automatiques": automatiques, "manuels": manuels, "non_integres": non_integres}
