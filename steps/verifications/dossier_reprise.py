"""Règles sur la reprise d'historique : filtres, réglages, simulation, vitesse, indicateur."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

_ENVOIS = "envois reçus par le DMP"

R_ECARTES = Regle(
    "DOS-REPRISE-01",
    "La reprise n'envoie aucun document que les filtres écartent",
    REM_BIO.format("DMP/HISTO.06"),
    Confiance.OFFICIELLE,
    "Écartez les patients décédés, les INS non qualifiées, les documents déjà envoyés et les oppositions cochées.",
)
R_RETENUS = Regle(
    "DOS-REPRISE-02",
    "La reprise envoie tous les documents que les filtres retiennent",
    REM_BIO.format("DMP/HISTO.06"),
    Confiance.OFFICIELLE,
    "Envoyez chaque document retenu par les filtres et les réglages.",
)
R_SIMULATION = Regle(
    "DOS-REPRISE-03",
    "La sélection se montre sans rien envoyer",
    REM_BIO.format("DMP/HISTO.06"),
    Confiance.DEDUITE,
    "Une simulation ne fait que montrer la sélection.",
)
R_TYPE = Regle(
    "DOS-REPRISE-04",
    "Chaque type local part sous le typeCode du DMP que le site lui a donné",
    REM_BIO.format("DMP/HISTO.06"),
    Confiance.OFFICIELLE,
    "Appliquez à l'envoi la correspondance réglée entre types locaux et typeCode.",
)
R_VITESSE = Regle(
    "DOS-REPRISE-05",
    "La vitesse maximale d'alimentation se règle",
    REM_BIO.format("DMP/HISTO.06"),
    Confiance.OFFICIELLE,
    "Offrez un réglage de la vitesse maximale, en transactions par seconde.",
)
R_DECLENCHEUR = Regle(
    "DOS-REPRISE-06",
    "L'événement déclencheur et l'unité de soins se règlent, et le rattrapage se planifie",
    "REM BIO, scénarios DMP/HISTO.06.02 et DMP/HISTO.06.04 (travaux de concertation 2023)",
    Confiance.OFFICIELLE,
    "Montrez le réglage du déclencheur (préadmission, J-X, J+X du séjour), de l'unité de soins et du rattrapage.",
)
R_INDICATEUR = Regle(
    "DOS-INDICATEUR-01",
    "L'indicateur rapporte les séjours du mois dont un document antérieur est au DMP à ceux qui ont un antécédent",
    REM_BIO.format("DMP/HISTO.07"),
    Confiance.OFFICIELLE,
    "Comptez les séjours clôturés du mois ayant un séjour antérieur de moins de 5 ans ; au numérateur, ceux dont un "
    "document d'un séjour antérieur a alimenté le DMP.",
)
R_FORMULE = Regle(
    "DOS-INDICATEUR-02",
    "La formule de l'indicateur est montrée",
    "REM BIO, scénario DMP/HISTO.07.01 (travaux de concertation 2023)",
    Confiance.OFFICIELLE,
    "Affichez la formule de l'indicateur, ou joignez l'extrait de code commenté qui la donne.",
)


@verification(R_ECARTES, R_RETENUS)
def selection_respectee(
    envoyes: Sequence[str],
    retenus: Sequence[str],
    ecartes: Mapping[str, str],
    recu: str,
    *,
    tentes: Sequence[str] = (),
) -> list[Constat]:
    """Documents arrivés dans le DMP par la reprise, nommés comme dans la feature. `ecartes` : nom → motif attendu.

    `tentes` : documents que le logiciel a essayé d'envoyer et que le DMP a refusés.
    """
    fautifs = [nom for nom in ecartes if nom in envoyes or nom in tentes]
    manquants = [nom for nom in retenus if nom not in envoyes]
    if not retenus:
        return [R_RETENUS.sans_objet("aucun document à retenir : le filtrage ne prouve rien")]
    constats = [
        juger(
            R_RETENUS, not manquants, f"document(s) retenus mais non envoyés : {', '.join(manquants)}",
            attendu=", ".join(retenus), recu=f"{', '.join(envoyes) or 'aucun'} ; logiciel : {recu}", ou=_ENVOIS,
        )
    ]  # fmt: skip
    if len(manquants) == len(retenus):
        return [*constats, R_ECARTES.sans_objet("la reprise n'a rien envoyé : les filtres ne prouvent rien")]
    return [
        *constats,
        juger(
            R_ECARTES, not fautifs,
            f"document(s) envoyés malgré les filtres : {', '.join(f'{nom} ({ecartes[nom]})' for nom in fautifs)}",
            attendu=f"rien de : {', '.join(f'{nom} ({motif})' for nom, motif in ecartes.items())}",
            recu=", ".join([*envoyes, *(f"{nom} (refusé par le DMP)" for nom in tentes)]), ou=_ENVOIS,
        ),
    ]  # fmt: skip


@verification(R_SIMULATION)
def rien_envoye(numeros: Sequence[int], selection: Sequence[str], attendus: Sequence[str]) -> list[Constat]:
    """La simulation n'envoie rien, et annonce la sélection que la reprise fera."""
    return [
        juger(
            R_SIMULATION, not numeros and sorted(selection) == sorted(attendus),
            "la simulation a envoyé des documents, ou ne montre pas la sélection attendue",
            attendu=f"aucun envoi, sélection : {', '.join(attendus)}",
            recu=f"{len(numeros)} envoi(s), sélection : {', '.join(selection) or 'aucune'}", ou="simulation",
            echanges=tuple(numeros),
        )
    ]  # fmt: skip


@verification(R_TYPE)
def type_applique(nom: str, type_local: str, attendu: str, recu: str, echange: int) -> Constat:
    """typeCode de la fiche envoyée, comparé à la correspondance réglée."""
    return juger(
        R_TYPE, recu == attendu, f"« {nom} » ({type_local}) n'est pas parti sous le type réglé",
        attendu=attendu, recu=recu, ou="ExtrinsicObject / typeCode", echanges=(echange,),
    )  # fmt: skip


@verification(R_VITESSE)
def vitesse_reglee(attendue: float, relue: Any) -> Constat:
    """La vitesse relue est celle réglée."""
    correct = isinstance(relue, int | float) and not isinstance(relue, bool) and float(relue) == attendue
    return juger(
        R_VITESSE, correct, "la vitesse réglée n'est pas celle relue",
        attendu=f"{attendue:g} transactions par seconde", recu=str(relue), ou="paramétrage",
    )  # fmt: skip


@verification(R_INDICATEUR)
def indicateur_juste(
    avant: Mapping[str, Any], apres: Mapping[str, Any], *, numerateur: int, denominateur: int
) -> Constat:
    """Ce que les séjours du scénario ajoutent à l'indicateur, et le pourcentage recalculé de ses deux termes."""
    ajouts = {terme: _entier(apres.get(terme)) - _entier(avant.get(terme)) for terme in ("numerateur", "denominateur")}
    total = _entier(apres.get("denominateur"))
    attendu_pct = 100 * _entier(apres.get("numerateur")) / total if total else None
    pourcentage = apres.get("pourcentage")
    memes = attendu_pct is None or (
        isinstance(pourcentage, int | float) and abs(float(pourcentage) - attendu_pct) <= 0.51
    )
    return juger(
        R_INDICATEUR, ajouts == {"numerateur": numerateur, "denominateur": denominateur} and memes,
        "l'indicateur n'est pas celui que les séjours du scénario donnent",
        attendu=f"numérateur +{numerateur}, dénominateur +{denominateur}, pourcentage "
        f"{'indéfini' if attendu_pct is None else f'{attendu_pct:.1f}'}",
        recu=f"numérateur {ajouts['numerateur']:+d}, dénominateur {ajouts['denominateur']:+d}, "
        f"pourcentage {pourcentage}",
        ou="indicateur de reprise d'historique",
    )  # fmt: skip


def _entier(valeur: Any) -> int:
    return valeur if isinstance(valeur, int) and not isinstance(valeur, bool) else 0


@verification(R_FORMULE)
def formule_montree(formule: str) -> Constat:
    """La formule parle des séjours et du DMP ; sinon une personne la lit, ou l'extrait de code reste à joindre."""
    texte = formule.lower()
    if not texte.strip():
        return R_FORMULE.a_regarder("la formule n'est pas montrée : joignez l'extrait de code commenté qui la donne")
    ou = "indicateur de reprise d'historique"
    if not any(mot in texte for mot in ("séjour", "sejour", "venue", "hospitalisation")) or not any(
        mot in texte for mot in ("dmp", "dossier médical", "mon espace santé")
    ):
        return R_FORMULE.a_regarder(
            "la formule montrée ne nomme ni les séjours ni le DMP : une personne la compare à l'exigence, ou joint "
            "l'extrait de code commenté", recu=formule, ou=ou,
        )  # fmt: skip
    return R_FORMULE.respectee(recu=formule, ou=ou)
