"""Règles sur les versions successives d'un compte rendu N3 : partiel, complet, corrigé."""

from __future__ import annotations

from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda import remplace, statut_compte_rendu, version
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.lecture import lire_cda
from steps.verifications.cda.surete import CdaIllisible
from steps.verifications.compte_rendu.attendu import Resultat
from steps.verifications.compte_rendu.structure import EXIGENCE, VOLET, decrire, lire_ou_dire, porte
from steps.verifications.registre import verification

R_STATUT = Regle(
    "CR-VER-01",
    "Le compte rendu N3 dit s'il est partiel ou complet",
    f"{EXIGENCE}, cas Create_doc-Sc2 ; {VOLET}, en-tête (lab:statusCode)",
    Confiance.OFFICIELLE,
    "Écrivez lab:statusCode : active tant qu'un résultat manque, completed ensuite.",
)
R_SUITE = Regle(
    "CR-VER-02",
    "Chaque version désigne la précédente, dans la même lignée",
    f"{EXIGENCE}, cas Create_doc-Sc2",
    Confiance.OFFICIELLE,
    "Gardez setId, augmentez versionNumber, changez id et désignez la version remplacée (relatedDocument RPLC).",
)
R_NEUF = Regle(
    "CR-VER-03",
    "La version corrigée ne porte plus les valeurs corrigées",
    f"{EXIGENCE}, cas Create_doc-Sc2",
    Confiance.OFFICIELLE,
    "Refaites les entrées d'une nouvelle version à partir de ses résultats à elle.",
)


@verification(R_STATUT)
def statut(cda: bytes, *, partiel: bool, quoi: str) -> Constat:
    """`active` pour un compte rendu partiel, `completed` pour un complet."""
    try:
        recu = statut_compte_rendu(lire_cda(cda))
    except CdaIllisible as erreur:
        return R_STATUT.sans_objet(f"{quoi} ne se lit pas : {erreur}")
    attendu = "active" if partiel else "completed"
    return juger(
        R_STATUT,
        recu == attendu,
        f"le statut de {quoi} n'est pas celui de ses résultats",
        attendu=attendu,
        recu=recu or "absent",
        ou="ClinicalDocument/documentationOf/serviceEvent/lab:statusCode",
    )


@verification(R_SUITE)
def suite(ancien: bytes, nouveau: bytes, quoi: str) -> Constat:
    """Même setId, numéro plus grand, autre id, et l'ancienne version désignée comme remplacée."""
    try:
        avant, apres = lire_cda(ancien), lire_cda(nouveau)
    except CdaIllisible as erreur:
        return R_SUITE.sans_objet(f"une version de {quoi} ne se lit pas : {erreur}")
    ecarts = []
    if avant.set_id is None or apres.set_id != avant.set_id:
        ecarts.append(f"setId {apres.set_id} au lieu de {avant.set_id}")
    numeros = version(avant), version(apres)
    if None in numeros or (numeros[1] or 0) <= (numeros[0] or 0):
        ecarts.append(f"version {numeros[1]} après {numeros[0]}")
    if avant.id == apres.id:
        ecarts.append(f"même id {apres.id}")
    remplacee, precedente = remplace(apres), avant.id.unique_id if avant.id else ""
    if not precedente or remplacee != precedente:
        ecarts.append(f"remplace {remplacee or 'rien'} au lieu de {precedente}")
    return juger(
        R_SUITE,
        not ecarts,
        f"{quoi} n'est pas la version suivante",
        attendu=f"setId {avant.set_id}, version après {numeros[0]}, remplace {precedente}",
        recu=" ; ".join(ecarts) or f"version {numeros[1]}, remplace {remplacee}",
        ou="en-tête du CDA N3",
    )


@verification(R_NEUF)
def valeurs_corrigees(nouveau: bytes, anciens: Sequence[Resultat], resultats: Sequence[Resultat], quoi: str) -> Constat:
    """Une valeur qui a changé n'est plus dans les données structurées, et la neuve y est."""
    corps = lire_ou_dire(R_NEUF, nouveau, quoi)
    if isinstance(corps, Constat):
        return corps
    neufs = {resultat.code: resultat for resultat in resultats}
    changes = [a for a in anciens if a.valeur and a.code in neufs and neufs[a.code].valeur != a.valeur]
    if not changes:
        return R_NEUF.sans_objet("aucune valeur n'a été corrigée entre ces versions")
    observations = [o for o in corps.observations if set(o.codes) & {a.code for a in changes}]
    restes = [a.ecrit for a in changes if any(a.code in o.codes and porte(o, a) for o in observations)]
    venus = all(any(a.code in o.codes and porte(o, neufs[a.code]) for o in observations) for a in changes)
    return juger(
        R_NEUF,
        not restes and venus,
        f"{quoi} ne porte pas les valeurs corrigées",
        attendu=" ; ".join(neufs[a.code].ecrit for a in changes),
        recu=" ; ".join(restes) or " ; ".join(decrire(o) for o in observations) or "aucune observation",
        ou="ClinicalDocument/component/structuredBody",
    )
