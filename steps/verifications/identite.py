"""Règles d'identité : traits, statuts, verrous, attributs, relevés dans le logiciel.

Les faits viennent de l'adaptateur (réponses d'actions) ; rien n'est relu ici.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.verifications.instants import pendant
from steps.verifications.pdf.etiquettes import motif_date, motif_sexe
from steps.verifications.registre import verification

_GUIDE = "Guide d'implémentation de l'INS, règle {} (reprise par le REM, travaux de concertation 2023)"
_OU_FICHE = "fiche du patient"

R_CHAMPS = Regle(
    "IDE-CHAMPS-01",
    "Les dix champs d'identité sont enregistrés",
    _GUIDE.format(1),
    Confiance.OFFICIELLE,
    "Enregistrez chacun des dix champs, à la valeur saisie ou rendue par INSi.",
)
R_CARACTERES_ADMIS = Regle(
    "IDE-NOMMAGE-01",
    "Tiret, apostrophe, espace et noms d'au moins 54 caractères sont acceptés",
    _GUIDE.format(1),
    Confiance.OFFICIELLE,
    "Acceptez tiret, apostrophe et espace, et gardez les noms entiers jusqu'à 54 caractères au moins (100 conseillés).",
)
R_CARACTERES_REFUSES = Regle(
    "IDE-NOMMAGE-02",
    "Minuscules, accents et signes diacritiques ne sont pas enregistrés",
    _GUIDE.format(1),
    Confiance.OFFICIELLE,
    "Refusez ces caractères à la saisie, ou enregistrez leur équivalent en capitales sans accent.",
)
R_DATE = Regle(
    "IDE-DATE-01",
    "Un jour ou un mois de naissance impossible est refusé",
    _GUIDE.format(1),
    Confiance.OFFICIELLE,
    "Refusez un jour hors de 1 à 31 et un mois hors de 1 à 12.",
)
R_DATE_ADMISE = Regle(
    "IDE-DATE-02",
    "Une date de naissance possible est acceptée",
    _GUIDE.format(1),
    Confiance.OFFICIELLE,
    "Acceptez toute date de naissance du calendrier.",
)
R_NIR_SOINS = Regle(
    "IDE-NSS-01",
    "Le numéro de sécurité sociale a son propre champ, dont le libellé ne dit pas « INS »",
    _GUIDE.format(1),
    Confiance.OFFICIELLE,
    "Séparez ce champ du matricule INS et retirez le mot « INS » de son libellé.",
)
R_STATUT = Regle(
    "IDE-STATUT-01",
    "Le statut de l'identité est celui que demandent les règles",
    _GUIDE.format("20 (et 25, 27, 30, 49 selon le cas)"),
    Confiance.OFFICIELLE,
    "Revoyez le changement de statut déclenché par cette action.",
)
R_HISTORIQUE = Regle(
    "IDE-STATUT-02",
    "Chaque changement de statut est historisé : statut antérieur, date et heure, responsable",
    _GUIDE.format(21),
    Confiance.OFFICIELLE,
    "Enregistrez, à chaque changement, le statut antérieur, la date et l'heure, et le compte responsable.",
)
R_SANS_MATRICULE = Regle(
    "IDE-MATRICULE-01",
    "Le matricule INS et l'OID sont absents de l'identité",
    _GUIDE.format("27, 49 ou 51 selon le cas"),
    Confiance.OFFICIELLE,
    "Supprimez (invalidez) le matricule INS et son OID dans ce cas.",
)
R_TRAITS_INSI = Regle(
    "IDE-TRAITS-01",
    "Les traits de l'identité sont ceux rendus par INSi",
    _GUIDE.format(6),
    Confiance.OFFICIELLE,
    "Alimentez matricule, OID, nom, prénoms (ListePrenom), date, sexe et code lieu avec la réponse d'INSi.",
)
R_TRAITS_INCHANGES = Regle(
    "IDE-TRAITS-02",
    "L'identité n'a pas été modifiée",
    _GUIDE.format("11, 12 ou 51 selon le cas"),
    Confiance.OFFICIELLE,
    "N'alimentez ni ne mettez à jour l'identité dans ce cas.",
)
R_VERROU = Regle(
    "IDE-VERROU-01",
    "Les traits stricts d'une identité récupérée ou qualifiée ne sont pas modifiables par un utilisateur ordinaire",
    _GUIDE.format(26),
    Confiance.OFFICIELLE,
    "Verrouillez les sept traits stricts, sauf pour un super utilisateur habilité.",
)
R_VERROU_VISIBLE = Regle(
    "IDE-VERROU-02",
    "Le caractère non modifiable des traits stricts est mis en évidence",
    _GUIDE.format(26),
    Confiance.OFFICIELLE,
    "Montrez à l'écran que ces champs sont verrouillés (grisé, cadenas…).",
)
R_TRAITS_LIBRES = Regle(
    "IDE-VERROU-03",
    "Les traits complémentaires restent modifiables",
    _GUIDE.format(26),
    Confiance.OFFICIELLE,
    "Laissez modifier nom utilisé, prénom utilisé et coordonnées à tout statut.",
)
R_MODIFICATION = Regle(
    "IDE-MODIF-01",
    "L'utilisateur habilité peut modifier ce champ",
    _GUIDE.format("26 et 27"),
    Confiance.OFFICIELLE,
    "Permettez cette modification à l'utilisateur habilité.",
)
R_CREATION_REFUSEE = Regle(
    "IDE-CREATION-01",
    "Une identité sans l'un des cinq traits obligatoires n'est pas créée",
    _GUIDE.format(5),
    Confiance.OFFICIELLE,
    "Refusez la création tant que nom, premier prénom, date, sexe et code lieu de naissance ne sont pas tous remplis.",
)
R_CREATION_ADMISE = Regle(
    "IDE-CREATION-02",
    "Les cinq traits obligatoires suffisent à créer une identité",
    _GUIDE.format(5),
    Confiance.OFFICIELLE,
    "N'exigez aucun champ facultatif à la création.",
)
R_ATTRIBUT = Regle(
    "IDE-ATTRIBUT-01",
    "L'attribut d'identité posé par l'utilisateur est enregistré",
    _GUIDE.format(25),
    Confiance.OFFICIELLE,
    "Enregistrez l'attribut et montrez-le sur la fiche.",
)
R_AFFICHAGE = Regle(
    "IDE-AFFICHAGE-01",
    "Nom de naissance, premier prénom, date de naissance et sexe sont toujours affichés",
    _GUIDE.format(3),
    Confiance.OFFICIELLE,
    "Affichez toujours ces quatre champs, quel que soit le paramétrage.",
)
R_AFFICHAGE_LIBELLE = Regle(
    "IDE-AFFICHAGE-02",
    "Le libellé de chaque champ d'identité est sans équivoque",
    _GUIDE.format(3),
    Confiance.OFFICIELLE,
    "Employez le libellé complet ou l'abréviation du RNIV, par exemple « Nom de naissance » ou « N. Nais. ».",
)
R_AFFICHAGE_PARAMETRE = Regle(
    "IDE-AFFICHAGE-03",
    "Chacun des dix champs peut être affiché, par défaut ou par paramétrage",
    _GUIDE.format(3),
    Confiance.OFFICIELLE,
    "Permettez d'afficher chacun des dix champs.",
)
R_NATURE_MATRICULE = Regle(
    "IDE-AFFICHAGE-04",
    "Le matricule INS affiché est suivi de sa nature, NIR ou NIA",
    _GUIDE.format(3),
    Confiance.OFFICIELLE,
    "Affichez « NIR » ou « NIA » après le matricule, selon son OID.",
)

R_DATE_LISIBLE = Regle(
    "IDE-AFFICHAGE-05",
    "La date de naissance est affichée au format JJ/MM/AAAA",
    _GUIDE.format(6),
    Confiance.OFFICIELLE,
    "Affichez la date rendue par INSi (AAAA-MM-JJ) sous la forme JJ/MM/AAAA.",
)

LIBELLES_ADMIS: Mapping[str, tuple[str, ...]] = {
    "matricule_ins": ("matricule ins", "ins"),
    "oid_ins": ("oid", "nature du matricule ins", "nir", "nia", "oid du matricule ins", "oid ins"),
    "nom_naissance": ("nom de naissance", "n. nais."),
    "premier_prenom_naissance": ("1er prenom de naissance", "premier prenom de naissance", "pr. 1"),
    "prenoms_naissance": (
        "prenom(s) de naissance",
        "prenoms de naissance",
        "liste des prenom(s) de naissance",
        "liste des prenoms de naissance",
        "pr. nais.",
    ),
    "date_naissance": ("date de naissance", "ddn"),
    "sexe": ("sexe", "s."),
    "code_lieu_naissance": (
        "code lieu naissance",
        "code lieu de naissance",
        "lieu de naissance - code insee",
        "code insee du lieu de naissance",
        "insee nais.",
    ),
    "nom_utilise": ("nom utilise", "n. ut."),
    "prenom_utilise": ("prenom utilise", "pr. ut."),
}
"""Libellés que le REM donne en exemple, sans accents ni majuscules ; d'autres libellés vont à une personne."""

_OBLIGATOIRES_A_L_ECRAN = ("nom_naissance", "premier_prenom_naissance", "date_naissance", "sexe")
_NOM_LEGAL = re.compile(r"[A-Z' -]+\Z")
_OID_NIA = "1.2.250.1.213.1.4.9"


@verification(R_CHAMPS)
def champs_enregistres(identite: Mapping[str, Any], attendus: Mapping[str, str]) -> Constat:
    """Chaque champ d'identité porte la valeur saisie ou rendue par INSi."""
    ecarts = _ecarts(identite, attendus)
    if ecarts:
        return R_CHAMPS.enfreinte(
            f"champ(s) d'identité absents ou différents : {', '.join(champ for champ, _, _ in ecarts)}",
            attendu=_lister((champ, attendu) for champ, attendu, _ in ecarts),
            recu=_lister((champ, recu) for champ, _, recu in ecarts),
            ou=_OU_FICHE,
        )
    return R_CHAMPS.respectee(recu=_lister(attendus.items()), ou=_OU_FICHE)


@verification(R_CHAMPS)
def champs_enregistrables(resultat: str, recu: str, saisis: Mapping[str, str]) -> Constat:
    """La création avec ces champs, facultatifs compris, n'est pas refusée."""
    if resultat != "fait":
        return R_CHAMPS.enfreinte(
            "création refusée avec ces champs", attendu=_lister(saisis.items()), recu=recu, ou=_OU_FICHE
        )
    return R_CHAMPS.respectee("fiche créée avec ces champs", recu=_lister(saisis.items()), ou=_OU_FICHE)


@verification(R_CARACTERES_ADMIS)
def nom_garde_entier(champ: str, attendu: str, recu: Any) -> Constat:
    """Un nom légitime (tiret, apostrophe, espace, longueur) est gardé tel quel."""
    if recu != attendu:
        return R_CARACTERES_ADMIS.enfreinte(
            f"{champ} n'a pas été gardé tel qu'il a été donné", attendu=repr(attendu), recu=repr(recu), ou=_OU_FICHE
        )
    return R_CARACTERES_ADMIS.respectee(f"{champ} gardé entier ({len(attendu)} caractères)", recu=attendu, ou=_OU_FICHE)


@verification(R_CARACTERES_REFUSES)
def caracteres_refuses(champ: str, saisi: str, resultat: str, garde: Any) -> Constat:
    """Une saisie avec minuscule ou accent est refusée, ou enregistrée sans eux.

    `garde` : valeur enregistrée, sans objet si la saisie a été refusée.
    """
    if resultat != "fait":
        return R_CARACTERES_REFUSES.respectee(f"saisie {saisi!r} refusée", recu=resultat, ou=champ)
    if isinstance(garde, str) and _NOM_LEGAL.match(garde):
        if garde != comparable(saisi):
            return R_CARACTERES_REFUSES.a_regarder(
                f"saisie {saisi!r} enregistrée {garde!r} : dire si c'est bien le même nom", recu=garde, ou=champ
            )
        return R_CARACTERES_REFUSES.respectee(f"saisie {saisi!r} enregistrée {garde!r}", recu=garde, ou=champ)
    return R_CARACTERES_REFUSES.enfreinte(
        f"la saisie {saisi!r} a été enregistrée avec un caractère interdit",
        attendu="un refus, ou des capitales sans accent",
        recu=repr(garde),
        ou=champ,
    )


@verification(R_NIR_SOINS)
def numero_securite_sociale_distinct(champs: Sequence[Mapping[str, Any]], matricule: str = "") -> Constat:
    """Le champ du numéro de sécurité sociale, s'il existe, est distinct et son libellé ne dit pas INS.

    `matricule` : matricule INS du patient quand un autre numéro a été donné au champ ; il ne doit pas s'y montrer.
    """
    par_nom = {str(champ.get("champ")): champ for champ in champs}
    champ = par_nom.get("numero_securite_sociale")
    if champ is None:
        return R_NIR_SOINS.a_regarder(
            "le logiciel ne montre aucun champ de numéro de sécurité sociale : déclarer qu'il ne le recueille pas",
            recu=", ".join(par_nom),
            ou=_OU_FICHE,
        )
    libelle = str(champ.get("libelle", ""))
    montre = re.sub(r"\W", "", str(champ.get("valeur", "")))
    if re.search(r"\bINS\b", libelle, re.IGNORECASE) or (matricule and matricule[:13] in montre):
        return R_NIR_SOINS.enfreinte(
            "le champ du numéro de sécurité sociale se confond avec le matricule INS",
            attendu="un champ distinct, sans le mot « INS » dans son libellé",
            recu=f"{libelle!r} : {champ.get('valeur', '')!r}",
            ou=_OU_FICHE,
        )
    if "matricule_ins" not in par_nom:
        return R_NIR_SOINS.a_regarder(
            "le champ du matricule INS n'est pas à l'écran : montrer les deux champs ensemble",
            recu=", ".join(par_nom),
            ou=_OU_FICHE,
        )
    return R_NIR_SOINS.respectee(recu=libelle, ou=_OU_FICHE)


@verification(R_STATUT)
def statut_attendu(recu: Any, attendu: str | Collection[str], circonstance: str) -> Constat:
    """Le statut de l'identité est l'un de ceux attendus après `circonstance`."""
    attendus = (attendu,) if isinstance(attendu, str) else tuple(attendu)
    if recu not in attendus:
        return R_STATUT.enfreinte(
            f"statut inattendu {circonstance}", attendu=" ou ".join(attendus), recu=repr(recu), ou=_OU_FICHE
        )
    return R_STATUT.respectee(f"statut {recu} {circonstance}", recu=str(recu), ou=_OU_FICHE)


@verification(R_HISTORIQUE)
def changement_historise(
    changements: Sequence[Mapping[str, Any]],
    *,
    anterieur: str,
    nouveau: str,
    responsable: str,
    debut: datetime,
    fin: datetime,
) -> Constat:
    """L'historique porte ce changement, daté pendant le scénario, avec son responsable.

    `debut`, `fin` : bornes du scénario.
    """
    candidats = [c for c in changements if c.get("statut_anterieur") == anterieur and c.get("statut") == nouveau]
    attendu = f"{anterieur} → {nouveau}, par {responsable}, entre {debut:%H:%M:%S} et {fin:%H:%M:%S} UTC"
    if not candidats:
        return R_HISTORIQUE.enfreinte(
            "changement de statut absent de l'historique",
            attendu=attendu,
            recu=_resume(changements),
            ou="historique des statuts",
        )
    for candidat in candidats:
        if pendant(candidat.get("horodatage"), debut, fin) and candidat.get("responsable") == responsable:
            return R_HISTORIQUE.respectee(
                f"{anterieur} → {nouveau} historisé", recu=_resume([candidat]), ou="historique des statuts"
            )
    return R_HISTORIQUE.enfreinte(
        "changement de statut historisé sans sa date, son heure ou son responsable exacts",
        attendu=attendu,
        recu=_resume(candidats),
        ou="historique des statuts",
    )


@verification(R_SANS_MATRICULE)
def sans_matricule(identite: Mapping[str, Any], circonstance: str) -> Constat:
    """Ni matricule INS ni OID dans l'identité."""
    restes = {champ: identite.get(champ) for champ in ("matricule_ins", "oid_ins") if identite.get(champ)}
    if restes:
        return R_SANS_MATRICULE.enfreinte(
            f"matricule INS ou OID conservé {circonstance}",
            attendu="champs vides",
            recu=_lister(restes.items()),
            ou=_OU_FICHE,
        )
    return R_SANS_MATRICULE.respectee(f"ni matricule INS ni OID {circonstance}", recu="champs vides", ou=_OU_FICHE)


@verification(R_TRAITS_INSI)
def traits_d_insi(identite: Mapping[str, Any], attendus: Mapping[str, str]) -> Constat:
    """Matricule, OID et traits sont ceux de la réponse d'INSi."""
    ecarts = _ecarts(identite, attendus)
    if ecarts:
        return R_TRAITS_INSI.enfreinte(
            f"trait(s) différents de la réponse d'INSi : {', '.join(champ for champ, _, _ in ecarts)}",
            attendu=_lister((champ, attendu) for champ, attendu, _ in ecarts),
            recu=_lister((champ, recu) for champ, _, recu in ecarts),
            ou=_OU_FICHE,
        )
    return R_TRAITS_INSI.respectee(recu=_lister(attendus.items()), ou=_OU_FICHE)


@verification(R_TRAITS_INCHANGES)
def identite_inchangee(avant: Mapping[str, Any], apres: Mapping[str, Any], circonstance: str) -> Constat:
    """L'identité relue est la même qu'avant."""
    vide = (None, "")
    ecarts = [
        (champ, avant.get(champ), apres.get(champ))
        for champ in sorted({*avant, *apres})
        if avant.get(champ) != apres.get(champ) and not (avant.get(champ) in vide and apres.get(champ) in vide)
    ]
    if ecarts:
        return R_TRAITS_INCHANGES.enfreinte(
            f"l'identité a changé {circonstance}",
            attendu=_lister((champ, ancien) for champ, ancien, _ in ecarts),
            recu=_lister((champ, nouveau) for champ, _, nouveau in ecarts),
            ou=_OU_FICHE,
        )
    return R_TRAITS_INCHANGES.respectee(f"identité inchangée {circonstance}", ou=_OU_FICHE)


@verification(R_VERROU)
def champ_verrouille(
    champ: str, avant: Any, apres: Any, resultat: str, utilisateur: str, refuses: Collection[str] = ()
) -> Constat:
    """La tentative de modification est sans effet, et le logiciel ne l'annonce pas faite.

    `refuses` : champs que le logiciel dit avoir refusés, bien qu'il annonce l'action faite.
    """
    if avant != apres:
        return R_VERROU.enfreinte(
            f"{utilisateur} a modifié le champ {champ} d'une identité verrouillée",
            attendu=repr(avant),
            recu=repr(apres),
            ou=_OU_FICHE,
        )
    if resultat == "fait" and champ not in refuses:
        return R_VERROU.enfreinte(
            f"le logiciel annonce avoir modifié le champ verrouillé {champ}",
            attendu="refus",
            recu="fait (valeur inchangée)",
            ou=_OU_FICHE,
        )
    return R_VERROU.respectee(f"{champ} non modifiable par {utilisateur}", recu=resultat, ou=_OU_FICHE)


@verification(R_VERROU_VISIBLE)
def verrou_visible(champs: Sequence[Mapping[str, Any]], noms: Collection[str], *, verrouille: bool) -> Constat:
    """Le verrou est mis en évidence sur ces champs, et seulement quand ils sont verrouillés.

    `verrouille` faux (contrôle positif) : un logiciel peut verrouiller davantage que la règle, mais pas tout, et il ne
    montre pas comme verrouillé un champ modifiable. Un champ qui n'est pas à l'écran ne montre rien.
    """
    montres = {str(c.get("champ")): c for c in champs if c.get("affiche", True) and c.get("champ") in noms}
    verrous = {nom: c.get("verrou_visible") for nom, c in montres.items()}
    if verrouille:
        faux = [nom for nom, verrou in verrous.items() if verrou is False]
    else:
        faux = [nom for nom, verrou in verrous.items() if verrou and montres[nom].get("modifiable")]
        if verrous and all(verrous.values()):
            faux = list(verrous)
    if faux:
        voulu = "mis en évidence comme non modifiables" if verrouille else "montrés comme modifiables"
        return R_VERROU_VISIBLE.enfreinte(
            f"champ(s) mal signalés : {', '.join(faux)}",
            attendu=voulu,
            recu=_lister((nom, verrous[nom]) for nom in faux),
            ou=_OU_FICHE,
        )
    muets = [nom for nom in noms if verrous.get(nom) is None]
    if muets:
        return R_VERROU_VISIBLE.a_regarder(
            f"champ(s) absents de l'écran, ou dont la mise en évidence n'est pas relevée : {', '.join(muets)}",
            recu=_lister(verrous.items()),
            ou=_OU_FICHE,
        )
    etat = "verrouillés et signalés" if verrouille else "modifiables et montrés comme tels"
    return R_VERROU_VISIBLE.respectee(f"{len(noms)} champs {etat}", ou=_OU_FICHE)


@verification(R_TRAITS_LIBRES)
def trait_complementaire_modifie(champ: str, attendu: str, recu: Any, resultat: str) -> Constat:
    """Un trait complémentaire a pris la nouvelle valeur."""
    if resultat != "fait" or not _meme_valeur(champ, attendu, recu):
        return R_TRAITS_LIBRES.enfreinte(
            f"le trait complémentaire {champ} n'a pas pu être modifié",
            attendu=repr(attendu),
            recu=f"{recu!r} ({resultat})",
            ou=_OU_FICHE,
        )
    return R_TRAITS_LIBRES.respectee(f"{champ} modifié", recu=attendu, ou=_OU_FICHE)


@verification(R_MODIFICATION)
def modification_faite(champ: str, attendu: str, recu: Any, utilisateur: str) -> Constat:
    """L'utilisateur habilité a pu donner cette valeur au champ."""
    if recu != attendu:
        return R_MODIFICATION.enfreinte(
            f"{utilisateur} n'a pas pu modifier {champ}", attendu=repr(attendu), recu=repr(recu), ou=_OU_FICHE
        )
    return R_MODIFICATION.respectee(f"{champ} modifié par {utilisateur}", recu=attendu, ou=_OU_FICHE)


@verification(R_ATTRIBUT)
def attribut_enregistre(attributs: Sequence[Any], attribut: str) -> Constat:
    """L'attribut posé figure sur la fiche."""
    if attribut not in attributs:
        return R_ATTRIBUT.enfreinte(
            f"l'attribut « {attribut} » n'est pas enregistré",
            attendu=attribut,
            recu=", ".join(map(str, attributs)) or "aucun attribut",
            ou=_OU_FICHE,
        )
    return R_ATTRIBUT.respectee(f"attribut « {attribut} » enregistré", ou=_OU_FICHE)


@verification(R_AFFICHAGE)
def champs_toujours_affiches(
    champs: Sequence[Mapping[str, Any]], circonstance: str, identite: Mapping[str, Any] | None = None
) -> Constat:
    """Les quatre champs obligatoires sont affichés, avec la valeur du patient si `identite` est donnée."""
    montres = {str(c.get("champ")): c for c in champs if c.get("affiche")}
    manquants = [
        nom
        for nom in _OBLIGATOIRES_A_L_ECRAN
        if not _montre(nom, str(montres.get(nom, {}).get("valeur", "")), (identite or {}).get(nom))
    ]
    if manquants:
        return R_AFFICHAGE.enfreinte(
            f"champ(s) obligatoires absents de l'écran {circonstance} : {', '.join(manquants)}",
            attendu=", ".join(_OBLIGATOIRES_A_L_ECRAN),
            recu=_lister((nom, c.get("valeur")) for nom, c in montres.items()) or "aucun champ",
            ou=_OU_FICHE,
        )
    return R_AFFICHAGE.respectee(f"les quatre champs obligatoires sont affichés {circonstance}", ou=_OU_FICHE)


@verification(R_AFFICHAGE_LIBELLE)
def libelles_sans_equivoque(champs: Sequence[Mapping[str, Any]]) -> list[Constat]:
    """Chaque libellé affiché est connu ; inconnu, il va à une personne ; trompeur, il est non conforme."""
    constats = []
    for champ in champs:
        nom, libelle = str(champ.get("champ")), str(champ.get("libelle", ""))
        admis = LIBELLES_ADMIS.get(nom)
        if admis is None or not champ.get("affiche"):
            continue
        normal = normaliser_libelle(libelle)
        if normal in admis:
            constats.append(R_AFFICHAGE_LIBELLE.respectee(f"{nom} : « {libelle} »", recu=libelle, ou=_OU_FICHE))
        elif not normal or any(normal in autres for autre, autres in LIBELLES_ADMIS.items() if autre != nom):
            constats.append(
                R_AFFICHAGE_LIBELLE.enfreinte(
                    f"le libellé du champ {nom} est trompeur ou vide",
                    attendu=" ou ".join(admis),
                    recu=repr(libelle),
                    ou=_OU_FICHE,
                )
            )
        else:
            constats.append(
                R_AFFICHAGE_LIBELLE.a_regarder(
                    f"libellé « {libelle} » du champ {nom} : dire s'il est sans équivoque", recu=libelle, ou=_OU_FICHE
                )
            )
    return constats or [R_AFFICHAGE_LIBELLE.sans_objet("aucun champ d'identité affiché")]


@verification(R_AFFICHAGE_PARAMETRE)
def champs_affichables(affiches: Collection[str], attendus: Collection[str]) -> Constat:
    """Chacun des champs est affiché une fois le paramétrage fait."""
    manquants = [nom for nom in attendus if nom not in affiches]
    if manquants:
        return R_AFFICHAGE_PARAMETRE.enfreinte(
            f"champ(s) qu'aucun paramétrage n'affiche : {', '.join(manquants)}",
            attendu=", ".join(attendus),
            recu=", ".join(affiches),
            ou="paramétrage de l'affichage",
        )
    return R_AFFICHAGE_PARAMETRE.respectee(f"{len(attendus)} champs affichables", ou="paramétrage de l'affichage")


@verification(R_NATURE_MATRICULE)
def nature_du_matricule(valeur_affichee: str, matricule: str, oid: str, autres: Sequence[str] = ()) -> Constat:
    """Le matricule affiché est complet et suivi de sa nature.

    `autres` : libellé et valeur du champ de l'OID, que le REM permet de remplacer par la nature du matricule.
    """
    nature = "NIA" if oid == _OID_NIA else "NIR"
    sans_espaces = re.sub(r"[\s\u00a0\u202f.]", "", valeur_affichee)
    if sans_espaces == matricule and any(re.search(rf"\b{nature}\b", autre.upper()) for autre in autres):
        return R_NATURE_MATRICULE.a_regarder(
            "la nature est dans un autre champ que le matricule : dire si elle le suit à l'écran",
            recu=f"{valeur_affichee} ; {' ; '.join(autres)}",
            ou=_OU_FICHE,
        )
    if matricule not in sans_espaces or nature not in sans_espaces.split(matricule, 1)[-1].upper():
        return R_NATURE_MATRICULE.enfreinte(
            "le matricule INS affiché n'est pas suivi de sa nature",
            attendu=f"{matricule} {nature}",
            recu=repr(valeur_affichee),
            ou=_OU_FICHE,
        )
    return R_NATURE_MATRICULE.respectee(recu=valeur_affichee, ou=_OU_FICHE)


@verification(R_DATE_LISIBLE)
def date_lisible(affichee: str, attendue: str) -> Constat:
    """La date montrée est celle d'INSi, en JJ/MM/AAAA."""
    # L'âge peut suivre la date, sans rien y changer.
    if not re.search(rf"(?<!\d){re.escape(attendue)}(?!\d)", affichee):
        return R_DATE_LISIBLE.enfreinte(
            "date de naissance affichée autrement", attendu=attendue, recu=repr(affichee), ou=_OU_FICHE
        )
    return R_DATE_LISIBLE.respectee(recu=affichee, ou=_OU_FICHE)


def normaliser_libelle(libelle: str) -> str:
    """Libellé sans accent, sans deux-points final, en minuscules, espaces réduits."""
    decompose = unicodedata.normalize("NFD", libelle)
    nu = "".join(c for c in decompose if not unicodedata.combining(c)).replace("’", "'").lower()
    return re.sub(r"\s+", " ", nu).strip(" :").replace("1ᵉʳ", "1er")


def _ecarts(identite: Mapping[str, Any], attendus: Mapping[str, str]) -> list[tuple[str, str, Any]]:
    return [
        (champ, attendu, identite.get(champ)) for champ, attendu in attendus.items() if identite.get(champ) != attendu
    ]


def _lister(couples: Any) -> str:
    return ", ".join(f"{nom} = {valeur!r}" for nom, valeur in couples)


def _resume(changements: Sequence[Mapping[str, Any]]) -> str:
    lignes = [
        f"{c.get('statut_anterieur')} → {c.get('statut')} le {c.get('horodatage')} par {c.get('responsable')}"
        for c in changements
    ]
    return " ; ".join(lignes) or "historique vide"


def _meme_valeur(champ: str, attendu: str, recu: Any) -> bool:
    """Le même numéro de téléphone peut être groupé ou porter l'indicatif ; le même nom, être affiché autrement."""
    if champ == "telephone":
        chiffres = re.sub(r"\D", "", str(recu or ""))
        return bool(chiffres) and chiffres.removeprefix("00")[-9:] == re.sub(r"\D", "", attendu)[-9:]
    return isinstance(recu, str) and comparable(recu) == comparable(attendu)


def _montre(champ: str, affichee: str, attendue: Any) -> bool:
    if not affichee.strip() or not attendue:
        return bool(affichee.strip())
    if champ == "date_naissance":
        return re.search(rf"(?<!\d){motif_date(str(attendue))}(?!\d)", comparable(affichee)) is not None
    if champ == "sexe":
        return re.fullmatch(motif_sexe(str(attendue)), comparable(affichee)) is not None
    return comparable(str(attendue)) in comparable(affichee)
