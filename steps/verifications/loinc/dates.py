"""Les dates de création et de modification des codes LOINC, telles que le logiciel les montre."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from reports.constat import Constat
from steps.verifications.cda.dates import PARIS
from steps.verifications.cda.jugement import juger
from steps.verifications.instants import TOLERANCE_S, pendant
from steps.verifications.loinc.catalogue import Cle, Objet, lire_objets
from steps.verifications.loinc.fichiers import Objets
from steps.verifications.loinc.regles_codes import R_DATE, R_DATE_SEULE
from steps.verifications.registre import verification

_JOUR = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{2})/(\d{2})/(\d{4})")
_FIN = re.compile(r"[.,]\d{2,}")
"""Une fraction de seconde : deux changements successifs n'y ont pas la même date."""
_OU = "catalogue du logiciel"


@dataclass(frozen=True, slots=True)
class Changement:
    """Un code LOINC changé entre deux instants : ceux où l'action a commencé et fini."""

    debut: datetime
    fin: datetime


def _jour(texte: str) -> date | None:
    trouve = _JOUR.fullmatch(texte)
    if not trouve:
        return None
    annee, mois, jour = trouve.group(1, 2, 3) if trouve.group(1) else trouve.group(6, 5, 4)
    try:
        return date(int(annee), int(mois), int(jour))
    except ValueError:
        return None


def _tombe_pendant(texte: str, changement: Changement) -> bool:
    """Date et heure, ou date seule : l'exigence ne demande que la date."""
    jour = _jour(texte)
    if jour is None:
        return pendant(texte, changement.debut, changement.fin)
    ecart = timedelta(seconds=TOLERANCE_S)
    bornes = (changement.debut - ecart, changement.fin + ecart)
    return jour in {borne.astimezone(fuseau).date() for borne in bornes for fuseau in (PARIS, UTC)}


@verification(R_DATE)
def changements_dates(avant: Objets, apres: Objets, changements: Mapping[Cle, Changement]) -> Constat:
    """Chaque code changé montre une date qui tombe pendant son changement, et qui n'est pas celle d'avant.

    Deux changements dans la même seconde, si le logiciel n'en montre pas plus, ont la même date : il suffit alors
    qu'un autre objet de même nature montre que la date suit.
    """
    connus = {o.cle: o for o in lire_objets(avant)}
    vus = {o.cle: o for o in lire_objets(apres)}
    if not apres:
        return R_DATE.a_regarder("Vérifiez à l'écran la date de chaque code LOINC changé.", ou=_OU)
    faux: list[tuple[Cle, str]] = []
    douteux: list[Cle] = []
    for cle, changement in changements.items():
        montree, ancienne = _derniere(vus.get(cle)), _derniere(connus.get(cle))
        if not montree or not _tombe_pendant(montree, changement):
            faux.append((cle, montree or "aucune date"))
        elif montree == ancienne and _FIN.search(montree):
            faux.append((cle, f"{montree}, la même qu'avant le changement"))
        elif montree == ancienne:
            douteux.append(cle)
    eprouvees = {cle[0] for cle in changements if cle not in douteux}
    douteux = [cle for cle in douteux if cle[0] not in eprouvees]
    if not faux and douteux:
        return R_DATE.a_regarder(
            f"{len(douteux)} code(s) montrent la date d'un changement précédent, trop proche pour les distinguer : "
            "rejouez ce scénario seul, plus tard.",
            recu=_derniere(vus[douteux[0]]),
            ou=f"{_OU}, {vus[douteux[0]].nom}",
        )
    fautif = faux[0] if faux else None
    bornes = changements[fautif[0]] if fautif else None
    dates = ", ".join(f"{vus[cle].reference} {_derniere(vus[cle])}" for cle in changements if cle in vus)
    return juger(
        R_DATE,
        fautif is None,
        f"{len(faux)} code(s) LOINC sur {len(changements)} ne montrent pas la date de leur changement.",
        attendu=f"une date entre {bornes.debut:%Y-%m-%d %H:%M:%S} et {bornes.fin:%H:%M:%S} UTC" if bornes else "",
        recu=fautif[1] if fautif else dates,
        ou=f"{_OU}, {vus[fautif[0]].nom if fautif[0] in vus else ' '.join(fautif[0])}" if fautif else _OU,
    )


@verification(R_DATE_SEULE)
def autres_dates_gardees(avant: Objets, apres: Objets, touches: Collection[Cle], complet: bool = True) -> Constat:
    """Les objets hors de `touches` montrent les mêmes dates qu'avant ; sans `complet`, ils n'ont pas été relevés."""
    if not complet:
        return R_DATE_SEULE.a_regarder("Vérifiez à l'écran qu'aucune autre date n'a changé.", ou=_OU)
    vus = {o.cle: o for o in lire_objets(apres)}
    autres = [objet for objet in lire_objets(avant) if objet.cle not in touches and objet.cle in vus]
    if not autres:
        return R_DATE_SEULE.sans_objet("aucun autre objet au catalogue : rien à comparer")
    bouges = [o for o in autres if (vus[o.cle].cree_le, vus[o.cle].modifie_le) != (o.cree_le, o.modifie_le)]
    premier = bouges[0] if bouges else None
    return juger(
        R_DATE_SEULE,
        premier is None,
        f"{len(bouges)} code(s) LOINC qui n'ont pas changé ont une autre date.",
        attendu=(_derniere(premier) or "aucune date") if premier else "",
        recu=(_derniere(vus[premier.cle]) or "aucune date") if premier else f"{len(autres)} autres dates inchangées",
        ou=f"{_OU}, {premier.nom}" if premier else _OU,
    )


def releve(avant: Objets, apres: Objets, touches: Collection[Cle]) -> str:
    """Pour la preuve : chaque objet changé, son code avant et après, les dates que le logiciel montre."""
    connus = {o.cle: o for o in lire_objets(avant)}
    lignes = [
        f"{o.nom} : code LOINC {connus[o.cle].code_loinc or 'absent'} devenu {o.code_loinc or 'absent'} ; "
        f"créé le {o.cree_le or 'non montré'}, modifié le {o.modifie_le or 'non montré'}"
        for o in lire_objets(apres)
        if o.cle in touches and o.cle in connus
    ]
    return "\n".join(("Dates montrées par le logiciel, relevées par le banc.", *lignes)) + "\n"


def _derniere(objet: Objet | None) -> str:
    """La date du dernier changement : celle de modification, ou de création s'il n'y en a pas d'autre."""
    return (objet.modifie_le or objet.cree_le) if objet else ""
