"""Les codes LOINC que le catalogue porte après une intégration ou une correction à la main."""

from __future__ import annotations

from collections.abc import Mapping

from reports.constat import Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.loinc.catalogue import Cle, Objet, lire_objets
from steps.verifications.loinc.fichiers import Objets
from steps.verifications.loinc.regles_codes import R_ACCEPTE, R_AUTRES, R_INTEGRES, R_MODIFIE, R_MODIFIE_SEUL
from steps.verifications.registre import verification

_OU = "catalogue du logiciel"


@verification(R_ACCEPTE)
def fichier_accepte(nom: str, resultat: str, phrase: str) -> Constat:
    """`resultat` de importer_loinc pour un fichier sans faute ; `phrase` : ce que l'utilisateur a vu."""
    return juger(
        R_ACCEPTE,
        resultat == "fait",
        "Le logiciel n'intègre pas le fichier du transcodeur.",
        attendu="fichier intégré",
        recu=phrase,
        ou=nom,
    )


@verification(*R_INTEGRES.values(), R_AUTRES)
def codes_integres(fichier: str, avant: Objets, apres: Objets, attendus: Mapping[Cle, str]) -> list[Constat]:
    """`attendus` : le code que le fichier donne à chaque objet ; les autres gardent celui d'avant.

    `apres` vide : personne n'a relevé le catalogue, on le regarde à l'écran.
    """
    connus, vus = _par_cle(avant), _par_cle(apres)
    regle = R_INTEGRES[fichier]
    if not attendus:
        return [regle.sans_objet("le fichier du transcodeur ne donne aucun code : rien à intégrer")]
    changes = sum(connus[cle].code_loinc != code for cle, code in attendus.items() if cle in connus)
    if not changes:
        return [regle.sans_objet("le fichier ne donne à chacun que le code qu'il avait : il ne prouve rien")]
    if not apres:
        return [
            regle.a_regarder("Vérifiez à l'écran les codes LOINC.", recu=_donner(attendus), ou=_OU),
            R_AUTRES.a_regarder("Vérifiez à l'écran qu'aucun autre code LOINC n'a changé.", ou=_OU),
        ]
    return [
        _porter(regle, vus, attendus, connus, f"{len(attendus)} codes en place, dont {changes} nouveaux"),
        _rien_d_autre(R_AUTRES, connus, vus, attendus),
    ]


@verification(R_MODIFIE, R_MODIFIE_SEUL)
def codes_modifies(avant: Objets, apres: Objets, attendus: Mapping[Cle, str], complet: bool = True) -> list[Constat]:
    """`attendus` : le code donné à la main à chaque objet choisi ; `apres` : le catalogue relu ensuite.

    Sans `complet`, seuls les objets changés ont pu être relevés, à l'écran qui les change.
    """
    connus, vus = _par_cle(avant), _par_cle(apres)
    compte = _donner(attendus)
    if complet:
        seuls = _rien_d_autre(R_MODIFIE_SEUL, connus, vus, attendus)
    else:
        seuls = R_MODIFIE_SEUL.a_regarder("Vérifiez à l'écran qu'aucun autre code LOINC n'a changé.", ou=_OU)
    if not complet and any(cle not in vus for cle in attendus):
        return [R_MODIFIE.a_regarder("Vérifiez à l'écran les codes LOINC changés.", recu=compte, ou=_OU), seuls]
    return [_porter(R_MODIFIE, vus, attendus, connus, compte), seuls]


@verification(R_MODIFIE)
def modification_acceptee(nom: str, code: str, resultat: str, phrase: str) -> Constat:
    """`resultat` de modifier_code_loinc ; `nom` : l'objet ; `phrase` : ce que l'utilisateur a vu."""
    return juger(
        R_MODIFIE,
        resultat == "fait",
        "Le logiciel ne laisse pas changer ce code LOINC à la main.",
        attendu=f"code LOINC {code} enregistré",
        recu=phrase,
        ou=nom,
    )


def _donner(attendus: Mapping[Cle, str]) -> str:
    texte = ", ".join(f"{cle[2]} {code}" for cle, code in attendus.items())
    return texte if len(texte) <= 600 else f"{texte[:600]}…"


def _par_cle(objets: Objets) -> dict[Cle, Objet]:
    return {objet.cle: objet for objet in lire_objets(objets)}


def _porter(
    regle: Regle, vus: Mapping[Cle, Objet], attendus: Mapping[Cle, str], connus: Mapping[Cle, Objet], compte: str
) -> Constat:
    faux = [cle for cle, code in attendus.items() if cle not in vus or vus[cle].code_loinc != code]
    if not faux:
        return regle.respectee(recu=compte, ou=_OU)
    cle = faux[0]
    recu = (vus[cle].code_loinc or "aucun code LOINC") if cle in vus else "objet disparu du catalogue"
    return juger(
        regle,
        False,
        f"{len(faux)} objet(s) sur {len(attendus)} ne portent pas le code LOINC donné.",
        attendu=attendus[cle],
        recu=recu,
        ou=f"{_OU}, {connus[cle].nom if cle in connus else ' '.join(cle)}",
    )


def _rien_d_autre(
    regle: Regle, connus: Mapping[Cle, Objet], vus: Mapping[Cle, Objet], attendus: Mapping[Cle, str]
) -> Constat:
    autres = [objet for cle, objet in connus.items() if cle not in attendus]
    bouges = [o for o in autres if o.cle not in vus or vus[o.cle].code_loinc != o.code_loinc]
    if not bouges:
        return regle.respectee(recu=f"{len(autres)} autres objets inchangés", ou=_OU)
    premier = bouges[0]
    recu = (vus[premier.cle].code_loinc or "aucun code LOINC") if premier.cle in vus else "objet disparu"
    return juger(
        regle,
        False,
        f"{len(bouges)} objet(s) qui ne devaient pas changer ont un autre code LOINC.",
        attendu=premier.code_loinc or "aucun code LOINC",
        recu=recu,
        ou=f"{_OU}, {premier.nom}",
    )
