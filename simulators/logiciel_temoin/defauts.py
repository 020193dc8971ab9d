"""Les défauts nommés : chacun change un seul comportement, là où il compte, pour éprouver une vérification."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from simulators.logiciel_temoin.mutations import Mutation, muter_texte, muter_xml, touche
from simulators.logiciel_temoin.mutations_acces import ACCES
from simulators.logiciel_temoin.mutations_annonces import ANNONCES
from simulators.logiciel_temoin.mutations_annuaire import ANNUAIRE
from simulators.logiciel_temoin.mutations_archive import CONDUITE as ARCHIVE
from simulators.logiciel_temoin.mutations_archive import METADONNEES as METADONNEES_MSS
from simulators.logiciel_temoin.mutations_catalogue import CATALOGUE_LOINC
from simulators.logiciel_temoin.mutations_cda import CDA
from simulators.logiciel_temoin.mutations_compte_rendu import CONDUITE as COMPTE_RENDU
from simulators.logiciel_temoin.mutations_compte_rendu import DOCUMENTS as COMPTE_RENDU_MUTE
from simulators.logiciel_temoin.mutations_confidentialite import CONFIDENTIALITE, PFI, PORTABILITE
from simulators.logiciel_temoin.mutations_connexion import CONNEXION
from simulators.logiciel_temoin.mutations_dmp import DMP as MESSAGES_DMP
from simulators.logiciel_temoin.mutations_documents import EDITION as EDITION_MUTEE
from simulators.logiciel_temoin.mutations_documents import HL7
from simulators.logiciel_temoin.mutations_dpi import CONDUITE as DPI
from simulators.logiciel_temoin.mutations_drim import CONDUITE as DRIM
from simulators.logiciel_temoin.mutations_insi import INSI as MESSAGES_INSI
from simulators.logiciel_temoin.mutations_lgc import CONDUITE as LGC
from simulators.logiciel_temoin.mutations_mentions import MENTIONS
from simulators.logiciel_temoin.mutations_messages import CONDUITE as LECTURE_MSS
from simulators.logiciel_temoin.mutations_messages import MESSAGES as MESSAGES_MSS
from simulators.logiciel_temoin.mutations_mss import CONDUITE as MSSANTE
from simulators.logiciel_temoin.mutations_mss import MSS as COURRIELS_MSS
from simulators.logiciel_temoin.mutations_pfi import ORU
from simulators.logiciel_temoin.mutations_prise import CONDUITE as PRISE
from simulators.logiciel_temoin.mutations_produits import CONDUITE as PRODUITS
from simulators.logiciel_temoin.mutations_psc import PSC
from simulators.logiciel_temoin.mutations_recus import CONDUITE as RECUS
from simulators.logiciel_temoin.mutations_ris import CONDUITE as RIS
from simulators.logiciel_temoin.mutations_usagers import USAGERS

IDENTITE = {
    "statut_initial_valide": "Une identité créée est validée d'emblée au lieu d'être provisoire.",
    "lieu_naissance_facultatif": "La création est permise sans code lieu de naissance.",
    "nom_utilise_obligatoire": "La création exige le nom utilisé, champ pourtant facultatif.",
    "minuscules_acceptees": "Le nom saisi en minuscules est accepté (et mis en majuscules sans le dire).",
    "accents_acceptes": "Les noms accentués ou en minuscules sont enregistrés tels quels.",
    "apostrophe_refusee": "L'apostrophe est refusée dans les noms.",
    "nom_limite_30": "Les noms de plus de 30 caractères sont refusés.",
    "date_non_controlee": "Une date de naissance impossible (jour 32, mois 13) est acceptée.",
    "champ_prenom_utilise_absent": "La fiche n'a pas de champ « prénom utilisé ».",
    "champs_obligatoires_masquables": "Le paramétrage permet de masquer le nom de naissance ou la date de naissance.",
    "libelle_ambigu": "Le nom de naissance est affiché sous le seul libellé « Nom ».",
    "libelle_trompeur": "Le nom de naissance est affiché sous le libellé « Nom utilisé ».",
    "libelle_nss_ins": "Le libellé du numéro de sécurité sociale comporte le mot INS.",
    "matricule_sans_nature": "Le matricule INS est affiché sans sa nature (NIR ou NIA).",
    "date_affichee_iso": "La date de naissance est affichée AAAA-MM-JJ.",
    "verrou_traits_absent": "Un utilisateur ordinaire modifie les traits stricts d'une identité verrouillée.",
    "verrou_recup_absent": "Les traits stricts ne sont verrouillés qu'au statut qualifié.",
    "verrou_invisible": "Les champs verrouillés ne sont pas mis en évidence.",
    "traits_complementaires_verrouilles": "Nom et prénom utilisés sont verrouillés au statut récupéré ou qualifié.",
    "retrogradation_absente": "La modification d'un trait strict ne change pas le statut.",
    "retrogradation_directe_prov": "Une identité qualifiée modifiée redevient provisoire au lieu de validée.",
    "retrogradation_garde_ins": "La modification d'un trait strict laisse le matricule INS et l'OID.",
    "retrait_ins_garde_oid": "Le retrait de l'INS laisse l'OID en place.",
    "modification_non_propagee": "Une modification d'identité n'est annoncée à aucun partenaire.",
    "retrait_ins_non_propage": "Le retrait de l'INS n'est pas annoncé (pas de A47).",
    "modification_sans_effet": "Une modification permise n'est pas enregistrée.",
    "validation_manuelle_sans_effet": "La validation manuelle d'une identité provisoire est sans effet.",
    "attribut_non_enregistre": "Les attributs d'identité ne sont pas enregistrés.",
    "date_29_fevrier_refusee": "Une naissance un 29 février est refusée.",
    "habilitation_sans_effet": "Donner une habilitation est sans effet.",
    "historique_statuts_absent": "Les changements de statut ne sont pas historisés.",
    "historique_responsable_constant": "L'historique des statuts porte toujours le même responsable.",
    "historique_sans_statut_anterieur": "L'historique des statuts ne garde pas le statut antérieur.",
    "justificatif_non_enregistre": "La nature du justificatif n'est pas gardée.",
    "justificatifs_niveau_perdu": "Le paramétrage des justificatifs ne garde pas leur niveau de confiance.",
    "justificatifs_non_parametrables": "La liste des justificatifs ne peut pas être réglée.",
    "validation_automatique_forcee": "La validation automatique reste active même désactivée.",
    "validation_sans_justificatif": "L'identité se valide sans justificatif à haut niveau de confiance.",
    "qualification_impossible": "La validation d'une identité récupérée donne validée au lieu de qualifiée.",
    "douteux_garde_statut": "L'attribut douteux ne ramène pas l'identité au statut provisoire.",
    "fictif_garde_statut": "L'attribut fictif ne ramène pas l'identité au statut provisoire.",
    "habilitation_ins_ignoree": "Un utilisateur sans droit voit les identités INS.",
    "habilitation_insi_ignoree": "Un utilisateur sans droit appelle INSi.",
    "trace_sans_utilisateur": "Les traces ne portent pas l'utilisateur.",
    "trace_utilisateur_constant": "Les traces portent toujours le même utilisateur.",
    "trace_acces_ins_absente": "Les accès à l'INS ne sont pas tracés.",
    "trace_insi_absente": "Les appels à INSi ne sont pas tracés.",
    "trace_identite_absente": "Les modifications d'identité ne sont pas tracées.",
    "trace_echanges_ins_absente": "Les partenaires avec lesquels l'INS est échangée ne sont pas tracés.",
    "trace_dmp_absente": "Les transactions avec le DMP ne sont pas tracées.",
}

RECHERCHE = {
    "recherche_sensible_accents": "La recherche d'antériorité distingue les accents.",
    "recherche_sensible_tirets": "La recherche d'antériorité distingue les tirets.",
    "recherche_sensible_double_tiret": "La recherche d'antériorité ignore le tiret simple mais pas le double.",
    "recherche_sensible_apostrophes": "La recherche d'antériorité distingue les apostrophes.",
    "recherche_ignore_nom_utilise": "La recherche ne regarde pas le nom utilisé.",
    "recherche_premier_prenom_seul": "La recherche ne regarde que le premier prénom de naissance.",
    "recherche_sans_date_seule": "La recherche par la seule date de naissance ne rend rien.",
    "recherche_par_date_seule": "La recherche ignore les noms dès que la date est donnée.",
    "recherche_matricule_muette": "La recherche par matricule ne rend jamais rien.",
    "recherche_nom_complet": "La recherche demande le nom entier, pas ses premières lettres.",
    "recherche_matricule_sans_controle": "La recherche par matricule accepte une saisie partielle ou une clé fausse.",
    "recherche_matricule_13": "La recherche par matricule accepte 13 caractères, sans la clé.",
    "recherche_cle_non_controlee": "La recherche par matricule ne contrôle pas la clé.",
}

INSI = {
    "insi_verification_manu": "La vérification automatique emploie le certificat INSI-MANU.",
    "insi_appel_manuel_auto": "Les appels demandés par une personne emploient le certificat INSI-AUTO.",
    "insi_mauvais_certificat": "La recherche par carte Vitale présente le certificat d'une carte professionnelle.",
    "insi_emetteur_constant": "Emetteur est une constante, pas l'OU du certificat.",
    "insi_idam_faux": "Le numéro d'autorisation (IDAM) transmis n'est pas celui du logiciel.",
    "insi_horloge_decalee": "L'horodatage des contextes a deux heures de retard.",
    "insi_contexte_constant": "Les identifiants des contextes ne changent pas d'un appel à l'autre.",
    "insi_message_id_constant": "Le MessageID est le même à chaque appel.",
    "insi_assertion_constant": "L'identifiant d'assertion est le même à chaque appel.",
    "insi_moyen_impose": "INSi est appelé avec l'autre moyen d'authentification que celui qui est choisi.",
    "insi_assertion_non_signee": "En mode carte, l'assertion n'est pas signée.",
    "insi_signe_par_authentification": "En mode carte, l'assertion est signée par le certificat d'authentification.",
    "insi_assertion_perimee": "En mode carte, l'assertion est vieille de trois heures.",
    "insi_reponse_d_un_autre": "Une réponse qui se rapporte à un autre message est acceptée.",
    "insi_appel_douteux": "Une identité douteuse peut appeler INSi.",
    "insi_appel_fictif": "Une identité fictive peut appeler INSi.",
    "insi_sans_second_prenom": "La recherche s'arrête au premier prénom.",
    "insi_sans_tous_les_prenoms": "La recherche n'essaie pas tous les prénoms ensemble.",
    "insi_tous_les_prenoms_d_abord": "La recherche commence par tous les prénoms ensemble.",
    "insi_sans_cog": "La recherche n'ajoute pas le lieu de naissance quand plusieurs identités sont trouvées.",
    "insi_continue_apres_00": "La recherche continue après avoir trouvé l'identité.",
    "insi_retente_apres_faute": "La recherche continue après une faute du téléservice.",
    "insi_faute_prise_pour_01": "Une faute du téléservice est prise pour « aucune identité trouvée ».",
    "insi_date_00_rapatriee": "Une INS dont la date comporte 00 est rapatriée.",
    "insi_nom_vide_rapatrie": "Une INS dont le nom de naissance est vide est rapatriée.",
    "insi_prenoms_vides_rapatries": "Une INS dont la liste des prénoms est vide est rapatriée.",
    "insi_sexe_vide_rapatrie": "Une INS dont le sexe est vide est rapatriée.",
    "insi_cle_non_controlee": "La clé du matricule retourné n'est pas contrôlée.",
    "insi_ecarts_non_montres": "Les écarts entre traits locaux et retournés ne sont pas montrés.",
    "insi_sans_alerte_prenom": "Un premier prénom incohérent avec la liste d'INSi ne donne pas d'alerte.",
    "insi_alerte_systematique": "L'incohérence de prénom est signalée même quand il n'y en a pas.",
    "insi_signataire_perime": "En mode carte, l'assertion est signée par un certificat périmé.",
    "insi_sans_acceptation": "Les traits retournés remplacent les traits locaux même si l'utilisateur les refuse.",
    "insi_lieu_non_alimente": "Le code lieu de naissance n'est pas alimenté par le retour d'INSi.",
    "insi_prenom_au_lieu_de_liste": "Les prénoms de naissance ne reçoivent que le premier de la liste d'INSi.",
    "insi_premier_prenom_ecrase": "Le premier prénom saisi est remplacé par celui d'INSi.",
    "insi_oid_constant": "L'OID enregistré est toujours celui de l'INS-NIR.",
    "recup_directement_qual": "Un retour d'INSi qualifie l'identité sans justificatif.",
    "retour_insi_garde_statut": "Un retour d'INSi ne change pas le statut.",
    "retour_insi_toujours_recup": "Un retour d'INSi sur une identité validée donne récupérée.",
    "trace_insi_sans_traits": "La trace d'un retour 00 ne porte ni matricule, ni OID, ni traits.",
    "trace_insi_sans_historique": "La trace d'un retour 00 ne porte pas l'historique INS.",
    "trace_insi_sans_code": "La trace d'un appel ne porte pas le code retour.",
    "trace_verification_absente": "Les vérifications ne sont pas tracées.",
    "trace_verification_toujours_ok": "La trace d'une vérification porte toujours OK.",
    "verification_ko_ignoree": "Un retour KO ne change ni le statut ni le matricule.",
    "verification_ko_hors_liste": "Un retour KO ne place pas l'identité en liste de travail.",
}

FLUX = {
    "retrait_ins_recu_ignore": "Un message de suppression de l'INS est sans effet.",
    "flux_nom_tronque": "Un nom reçu par flux est coupé à 30 caractères.",
    "flux_ins_non_valide_integree": "Un message sans PID-32 VALI fait enregistrer l'INS.",
    "flux_ins_qualifiee_ignoree": "L'INS d'un message VALI de notre domaine n'est pas enregistrée.",
    "contrat_confiance_ignore": "Le contrat de confiance est sans effet.",
    "qualification_transitive": "Une identité vérifiée d'un autre domaine est qualifiée sans contrat de confiance.",
    "verification_meme_si_connue": "La vérification est lancée même pour une INS déjà qualifiée ici.",
    "verification_reception_absente": "Une INS reçue d'un autre domaine n'est pas vérifiée.",
    "verification_echec_prise_pour_ok": "Une vérification sans réponse d'INSi vaut confirmation.",
    "ko_identite_connue_mise_a_jour": "Une identité connue est mise à jour malgré un retour KO.",
    "ko_identite_creee_avec_ins": "Une identité inconnue est créée avec son matricule malgré un retour KO.",
    "ko_document_integre": "Un document reçu est intégré malgré un retour KO.",
    "ko_document_hors_liste": "Un document refusé par la vérification n'est pas mis en liste de travail.",
    "ins_transmis_recup": "Le matricule d'une identité récupérée est transmis (flux, documents).",
}

EDITION = {
    "pdf_sans_datamatrix": "Les éditions d'une identité qualifiée n'ont pas de datamatrix INS.",
    "datamatrix_date_iso": "Le datamatrix porte la date de naissance AAAA-MM-JJ au lieu de JJ-MM-AAAA.",
    "datamatrix_constant": "Le datamatrix porte toujours le même matricule.",
    "datamatrix_oid_faux": "Le datamatrix porte un OID d'INS-C.",
    "datamatrix_sans_separateur": "Le datamatrix omet les séparateurs de champs variables.",
    "pdf_sans_matricule": "Les éditions d'une identité qualifiée n'affichent pas le matricule INS.",
    "pdf_matricule_sans_nature": "Les éditions affichent le matricule sans NIR ou NIA.",
    "pdf_sans_sexe": "Les éditions n'affichent pas le sexe.",
    "pdf_libelle_ambigu": "Les éditions affichent le nom de naissance sous le libellé « Nom ».",
    "pdf_champs_choisis_ignores": "Les traits choisis par le site n'apparaissent pas sur les éditions.",
    "pdf_matricule_recup": "Les éditions portent matricule et datamatrix d'une identité non qualifiée.",
    "cda_ins_absent": "Le CDA d'une identité qualifiée ne porte que l'identifiant local.",
    "cda_ins_recup": "Le CDA d'une identité récupérée porte le matricule INS.",
    "cda_oid_faux": "Le CDA porte le matricule sous l'OID de l'INS-C.",
    "cda_set_id_neuf": "Chaque version d'un compte rendu a un setId neuf.",
    "cda_version_constante": "versionNumber vaut toujours 1.",
    "cda_sans_related_document": "La nouvelle version ne désigne pas celle qu'elle remplace.",
    "cda_partiel_complet": "Un compte rendu partiel est dit complet.",
    "cda_sans_copie_pdf": "Le compte rendu N3 ne porte pas la copie PDF.",
}

DMP = {
    "interface_bloquee_pendant_dmp": "Une requête au DMP en attente bloque toutes les autres actions.",
    "dmp_message_id_constant": "Le MessageID est le même à chaque message au DMP.",
    "dmp_tls_sans_certificat": "Le DMP est appelé sans certificat client.",
    "vihf_non_signe": "Le VIHF n'est pas signé.",
    "vihf_autorite_inconnue": "Le VIHF est signé par un certificat autosigné.",
    "vihf_signe_auth_cli": "Le VIHF est signé par le certificat d'authentification.",
    "vihf_id_constant": "L'identifiant du VIHF est le même à chaque message.",
    "vihf_ins_d_un_autre": "Le resource-id du VIHF désigne toujours le premier patient traité.",
    "vihf_identifiant_generique": "Le VIHF porte un identifiant de professionnel générique.",
    "vihf_identifiant_premier_ps": "Le VIHF porte toujours l'identifiant du premier biologiste.",
    "vihf_mode_indirecte_consultation": "La consultation se fait en mode INDIRECTE au lieu de INDIRECTE_RENFORCEE.",
    "vihf_air_alimentation": "L'alimentation se fait en mode INDIRECTE_RENFORCEE.",
    "vihf_lps_nom_different": "LPS_Nom n'est pas le nom affiché par « à propos ».",
    "vihf_homologation_absente": "Le VIHF ne porte pas le numéro d'homologation.",
    "vihf_perime": "Le VIHF a été émis la veille.",
    "alimentation_sans_td02": "L'alimentation n'est pas précédée du test d'existence.",
    "alimentation_avec_td03": "Une autorisation (TD0.3) est demandée avant d'alimenter.",
    "suppression_avec_td03": "Une autorisation (TD0.3) est demandée avant de supprimer.",
    "alimentation_automatique_absente": "La validation n'envoie pas le compte rendu au DMP.",
    "alimentation_recus_absente": "Les documents reçus ne sont pas envoyés au DMP.",
    "alimentation_recus_tel_quel": "Un document reçu repart tel quel, sans être refait en CDA N1.",
    "alimentation_non_qualifiee": "Les documents d'une identité récupérée partent au DMP.",
    "blocage_ignore": "Un compte rendu bloqué par l'utilisateur part quand même.",
    "blocage_tous": "Le blocage d'un compte rendu bloque aussi les suivants du patient.",
    "documents_deja_envoyes_renvoyes": "Un document déjà envoyé repart sur demande.",
    "etat_envoi_invisible": "L'état d'envoi au DMP n'est pas montré à l'utilisateur.",
    "etat_envoi_toujours_alimente": "Un document est dit envoyé même si le DMP l'a refusé.",
    "code_erreur_masque": "Le code d'erreur du DMP n'est pas montré.",
    "xds_hash_faux": "Le condensat du document dans les métadonnées est faux.",
    "xds_taille_fausse": "La taille du document dans les métadonnées est fausse.",
    "xds_creation_heure_locale": "creationTime est à l'heure locale.",
    "xds_service_maintenant": "serviceStartTime est la date d'envoi, pas celle de l'acte.",
    "xds_titre_absent": "Le titre manque dans les métadonnées.",
    "xds_titre_constant": "Le titre des métadonnées est constant.",
    "xds_type_code_constant": "typeCode est toujours celui du compte rendu de biologie.",
    "xds_patient_id_different": "patientId ne désigne pas le patient du CDA.",
    "xds_unique_id_different": "uniqueId n'est pas l'identifiant du CDA.",
    "xds_auteur_constant": "L'auteur des métadonnées est toujours le premier biologiste.",
    "xds_confidentialite_double": "confidentialityCode porte à la fois N et R.",
    "xds_format_n1_pour_n3": "formatCode est celui d'un PDF pour un compte rendu structuré.",
    "xds_sans_legal_authenticator": "legalAuthenticator manque dans les métadonnées.",
    "envoi_double": "Chaque document part deux fois.",
    "envoi_ancien_sans_effet": "L'envoi demandé d'un document ancien n'a pas lieu.",
    "envoi_de_tout_le_dossier": "L'envoi d'un document choisi emporte tout le dossier.",
    "lot_sans_signature": "Le lot n'a pas de document de signature.",
    "lot_signature_fausse": "Le manifeste de signature porte un condensat faux.",
    "lot_sans_has_member": "Une association HasMember du lot manque.",
    "mtom_absent": "Le document part en base64 dans l'enveloppe, sans MTOM.",
    "rplc_absent": "La nouvelle version part sans remplacer l'ancienne.",
    "rplc_cible_unique_id": "RPLC désigne l'ancienne version par son uniqueId au lieu de son entryUUID.",
    "rplc_cible_inventee": "RPLC désigne un entryUUID inventé.",
    "suppression_sans_recherche": "La suppression désigne le document sans l'avoir cherché dans le registre.",
    "suppression_mauvais_statut": "La suppression archive au lieu de supprimer.",
    "suppression_locale_seule": "La suppression n'est pas transmise au DMP.",
    "consultation_malgre_opposition": "Le DMP est consulté malgré l'opposition du patient.",
    "consultation_toujours_refusee": "La consultation du DMP est refusée même sans opposition.",
    "consultation_sans_choix": "Le DMP est consulté alors que le choix du patient n'est pas renseigné.",
    "consultation_sans_td02": "La consultation n'est pas précédée de la vérification du droit d'accès.",
    "consultation_sans_td03": "L'autorisation d'accès n'est pas positionnée avant la consultation.",
    "consultation_td03_systematique": "L'autorisation est positionnée même quand elle existe déjà.",
    "consultation_sans_confirmation": "L'autorisation est positionnée sans la confirmation de l'utilisateur.",
    "consultation_malgre_interdiction": "Le DMP est consulté alors que le patient a bloqué ce professionnel.",
    "consultation_non_qualifiee": "Le DMP est consulté pour une identité non qualifiée dotée d'un matricule.",
    "opposition_definitive": "Le choix du patient sur la consultation ne peut plus être changé une fois enregistré.",
    "opposition_par_session": "Le choix du patient est oublié quand on rouvre le dossier.",
    "recherche_filtre_type_ignore": "Le filtre sur le type de document n'est pas transmis.",
    "recherche_filtre_date_ignore": "Le filtre sur la date de l'acte n'est pas transmis.",
    "recherche_filtre_local": "La recherche transmet un seul critère et filtre le reste sur place.",
    "recherche_type_sans_systeme": "Le filtre sur le type est transmis sans son système de codage.",
    "recherche_entry_uuid": "Le document est demandé par son entryUUID au lieu de son uniqueId.",
    "liste_titre_constant": "La liste montre le même titre pour tous les documents du DMP.",
    "filtres_non_proposes": "La liste des documents du DMP ne propose aucun filtre.",
    "liste_sans_documents": "La liste des documents du DMP n'est pas affichée.",
    "dates_dmp_utc": "Les dates des documents du DMP sont affichées en UTC, sans heure locale.",
    "cache_ignore_duree": "Un document préchargé est servi au-delà de sa durée.",
    "cache_duree_constante": "Les documents préchargés sont gardés 24 heures, quel que soit le réglage.",
    "cache_absent": "Les documents préchargés sont redemandés au DMP.",
    "prechargement_criteres_ignores": "Le préchargement ne tient pas compte des types choisis.",
    "prechargement_malgre_opposition": "Le préchargement se fait malgré l'opposition du patient.",
    "conservation_ignoree": "Les documents intégrés du DMP n'ont ni échéance ni archivage.",
    "conservation_constante": "La durée de conservation des documents intégrés est constante.",
    "historique_date_du_jour": "Un document ancien est daté du jour de l'envoi.",
    "historique_sans_personne_morale": "L'auteur sorti du RPPS n'est pas doublé de la personne morale.",
    "historique_lot_sans_personne_morale": "La personne morale n'est pas auteur du lot de soumission.",
    "historique_deces_ignore": "Les documents de patients décédés partent au DMP.",
    "historique_non_qualifie": "Les documents d'identités récupérées partent au DMP.",
    "historique_renvoi": "La reprise renvoie des documents déjà envoyés.",
    "historique_opposition_ignoree": "La reprise ignore l'opposition à l'alimentation.",
    "historique_types_ignores": "La reprise ignore le filtre sur les types.",
    "historique_dates_ignorees": "La reprise ignore les dates de début et de fin.",
    "historique_type_code_constant": "Les documents anciens partent tous avec le même type.",
    "vitesse_non_limitee": "La vitesse maximale d'alimentation n'est pas appliquée.",
    "vitesse_non_enregistree": "Le réglage de la vitesse maximale d'alimentation est sans effet.",
    "vitesse_par_document": "La vitesse maximale est comptée dix fois trop haut.",
    "simulation_envoie": "La simulation d'une reprise envoie les documents.",
    "indicateur_tous_les_sejours": "L'indicateur compte tous les séjours, même sans séjour antérieur.",
    "indicateur_formule_vague": "La formule montrée pour l'indicateur n'en dit pas les termes.",
    "indicateur_sans_limite": "L'indicateur compte les séjours antérieurs de plus de cinq ans.",
    "indicateur_documents_du_sejour": "L'indicateur compte les documents du séjour lui-même.",
    "documentation_vide": "La documentation sur la suppression est vide.",
    "web_ps_absent": "L'accès web au DMP n'est pas ouvert depuis le logiciel.",
    "web_ps_sans_ins": "L'adresse de l'accès web-PS ne désigne pas le patient.",
    "web_ps_non_qualifie": "L'accès web-PS s'ouvre pour une identité non qualifiée dotée d'un matricule.",
}

PRESENTATION = {
    "feuille_producteur_oubliee": "La feuille de style qui accompagne un document reçu n'est pas gardée.",
    "feuille_producteur_ignoree": "Un document s'affiche toujours avec la feuille de style du laboratoire.",
    "feuille_producteur_par_defaut": "La feuille de style d'un producteur sert à tous les documents.",
    "feuille_sections_prevues_seules": "La feuille de style fournie ne montre que les sections prévues par le volet.",
    "cda_recu_refait": "Le CDA gardé pour un document reçu est celui que le laboratoire en a refait.",
    "affichage_sans_entete": "L'affichage d'un document n'en montre pas l'en-tête.",
    "affichage_sans_recit": "L'affichage d'un document structuré n'en montre pas les sections.",
    "affichage_n1_sans_corps": "L'affichage d'un document N1 n'en montre pas le PDF.",
    "tri_date_ignore": "Le tri des documents par date de création est sans effet.",
    "tri_date_acte": "Le tri par date de création se fait sur la date de l'acte.",
    "tri_type_ignore": "Le tri des documents par code de type est sans effet.",
    "tri_toujours_par_date": "Le tri des documents par code de type les range par date de création.",
    "liste_creation_du_jour": "La date de création montrée est celle de l'arrivée du document dans le logiciel.",
    "tri_sans_importes": "Le tri ne porte que sur les documents produits.",
    "doublon_dmp_non_reconnu": "Un document du DMP déjà au dossier s'ouvre comme s'il n'y était pas.",
    "doublon_dmp_muet": "Rien n'avertit qu'un document du DMP est déjà au dossier.",
    "doublon_dmp_exemplaire_distant": "L'exemplaire du DMP s'affiche au lieu de celui du dossier.",
    "doublon_dmp_integre": "Un document du DMP déjà au dossier s'intègre une seconde fois.",
}

TABLEAU = {
    "tbb_ins_confondues": "Le tableau de bord compte toutes les INS comme qualifiées.",
    "tbb_periode_ignoree": "Le tableau de bord montre les mêmes chiffres quelle que soit la période.",
    "tbb_type_ignore": "Le filtre du tableau de bord par type de document est sans effet.",
    "tbb_extraction_type_unique": "L'extraction du tableau de bord donne à toutes ses lignes le type de la première.",
    "tbb_finess_ignore": "Le filtre du tableau de bord par FINESS est sans effet.",
    "tbb_rpps_ignore": "Le filtre du tableau de bord par RPPS est sans effet.",
    "tbb_trois_actions_confondues": "Les dossiers touchés par une seule action comptent comme touchés par les trois.",
    "tbb_echecs_absents": "Ni le tableau de bord, ni l'extraction ne disent les échecs.",
    "tbb_echecs_dans_le_total": "Les transmissions manquées comptent comme réussies.",
    "tbb_extraction_sans_patient": "L'extraction du tableau de bord omet les envois au patient.",
    "tbb_documentation_vague": "La documentation de l'extraction n'en décrit pas les colonnes.",
}

MUTATIONS: dict[str, Mutation] = {
    **MESSAGES_INSI,
    **HL7,
    **EDITION_MUTEE,
    **CDA,
    **COMPTE_RENDU_MUTE,
    **MESSAGES_DMP,
    **ORU,
    **COURRIELS_MSS,
    **METADONNEES_MSS,
    **MESSAGES_MSS,
}
CATALOGUE: dict[str, str] = {
    **IDENTITE,
    **RECHERCHE,
    **INSI,
    **FLUX,
    **EDITION,
    **DMP,
    **MSSANTE,
    **ARCHIVE,
    **LECTURE_MSS,
    **CONNEXION,
    **ANNUAIRE,
    **ACCES,
    **PSC,
    **USAGERS,
    **PRESENTATION,
    **COMPTE_RENDU,
    **MENTIONS,
    **CONFIDENTIALITE,
    **ANNONCES,
    **PFI,
    **PORTABILITE,
    **TABLEAU,
    **CATALOGUE_LOINC,
    **PRODUITS,
    **PRISE,
    **RIS,
    **DRIM,
    **LGC,
    **RECUS,
    **DPI,
    **{nom: mutation.description for nom, mutation in MUTATIONS.items()},
}


class DefautInconnu(KeyError):
    """Le nom ne figure pas au catalogue."""


class Defauts:
    """Les défauts actifs ; en demander un qui n'est pas au catalogue est une erreur de programme.

    `releve` : retient aussi, sans rien changer, les noms des défauts qui auraient pu agir.
    """

    def __init__(self, noms: Iterable[str] = (), *, releve: bool = False) -> None:
        self.actifs = frozenset(noms)
        inconnus = self.actifs - CATALOGUE.keys()
        if inconnus:
            raise DefautInconnu(", ".join(sorted(inconnus)))
        self._mutations = [MUTATIONS[nom] for nom in sorted(self.actifs) if nom in MUTATIONS]
        self._releve = releve
        self._rencontres: set[str] = set()

    def actif(self, nom: str) -> bool:
        if nom not in CATALOGUE:
            raise DefautInconnu(nom)
        if self._releve:
            self._rencontres.add(nom)
        return nom in self.actifs

    def muter_xml(self, point: str, message: etree._Element, operation: str = "") -> None:
        """Change le message sortant là où les défauts actifs le demandent."""
        self._relever(point, message, operation)
        muter_xml([m for m in self._mutations if m.concerne(point, operation)], message)

    def muter_texte(self, point: str, texte: str, operation: str = "") -> str:
        """Rend le texte sortant, changé là où les défauts actifs le demandent."""
        self._relever(point, texte, operation)
        return muter_texte([m for m in self._mutations if m.concerne(point, operation)], texte)

    def _relever(self, point: str, message: etree._Element | str, operation: str) -> None:
        if self._releve:
            self._rencontres |= {
                nom for nom, m in MUTATIONS.items() if m.concerne(point, operation) and touche(m, message)
            }

    def rencontres(self) -> list[str]:
        """Défauts qui auraient pu agir depuis le dernier appel ; vide si rien n'est relevé."""
        vus, self._rencontres = self._rencontres, set()
        return sorted(vus)
